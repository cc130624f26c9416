"""Screens are clients of a desk: what they say to each other, and the desk's side of it."""

"""Replies: what the desk writes to people, from the macro to the channel."""

"""Newsrooms: RSS and Atom as they are really written."""

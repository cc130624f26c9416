"""Mastodon: the streams of one instance, and what was missed between connections."""

"""Bluesky: every public post, by Jetstream of either version."""

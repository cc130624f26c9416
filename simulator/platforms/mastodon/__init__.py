"""A storm's Mastodon: one instance with its streams, lists and statuses."""

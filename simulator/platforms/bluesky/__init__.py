"""A storm's Bluesky: Jetstream of both versions, and the server of its accounts."""

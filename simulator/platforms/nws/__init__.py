"""A storm's weather service: its bulletins as alerts."""

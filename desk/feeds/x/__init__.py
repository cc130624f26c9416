"""X: the filtered stream, by rules made from the packs, the territory and the accounts."""

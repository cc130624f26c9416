"""A storm's X: the filtered stream with its rules, posts and the search."""

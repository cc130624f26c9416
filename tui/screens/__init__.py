"""The screens: the monitor, a post, the keys, and the word that a terminal is too small."""

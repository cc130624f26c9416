"""Reports as rows of words: the same on the screen and from the command line."""

"""The crowd: who lives where, who posts when on which channel, and what moves them to it."""

"""The commands, one file a group; each is a thin layer over the room that does the work."""

"""Charts and maps: for documents as SVG, and for the terminal in braille dots."""

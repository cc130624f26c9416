"""The background: what everybody else posts, and the traps that only look like reports."""

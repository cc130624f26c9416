"""Reports of a desk: the shift, the volume, the handover, what trends, and overload."""

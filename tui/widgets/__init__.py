"""What the monitor is made of."""

"""How near a generated storm comes to the world: its figures beside published ones."""

"""Storm days: weather, grid, crowd, voices, and the truth that the desk does not see."""

"""Official warnings of the weather, from an API like that of the National Weather Service."""

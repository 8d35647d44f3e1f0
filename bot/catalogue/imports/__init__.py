"""Import of the national procedure export: read, find the traps, repair or withhold, publish at once."""

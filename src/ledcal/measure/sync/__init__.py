"""The sync pattern in captures: counters, their sequence, tearing, and the genlock's phase."""

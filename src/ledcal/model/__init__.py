"""From measured patches to a forward model of the wall, and from the model to its inverse."""

"""Moire and banding: what is to be expected of a stage, and what frames show."""

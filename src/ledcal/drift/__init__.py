"""Then and now: what has changed, why, and since when."""

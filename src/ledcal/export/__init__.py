"""Files for the render host, each read back and compared before it is kept."""

"""One module a render host: what its folder holds, and how it is used."""

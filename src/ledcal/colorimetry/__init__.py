"""Our few colour formulas; the only importer of `colour`."""

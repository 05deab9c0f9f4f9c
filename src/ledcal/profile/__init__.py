"""Calibration profiles on disk: the document, its schema, and the folders that hold them."""

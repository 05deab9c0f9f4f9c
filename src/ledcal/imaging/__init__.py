"""Our few picture operations; the only importer of `cv2`."""

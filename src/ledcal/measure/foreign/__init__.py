"""Takes of another tool's pattern: find the patch, separate by content, measure."""

"""The virtual stage: photographs pattern frames, and writes real raw files with known truth."""

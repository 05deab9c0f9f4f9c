"""The vocabulary: frozen values that the stages hand to each other. No files, no fitting."""

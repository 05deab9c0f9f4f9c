"""The doors to the disk: whole-or-not-at-all writing, images, TIFF tags, our own documents."""

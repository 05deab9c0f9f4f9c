"""What a profile says of itself: one screen, one JSON document, one page."""

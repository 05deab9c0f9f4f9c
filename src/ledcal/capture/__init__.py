"""From files to linear frames: finding, reading, streaming. Nothing is guessed."""

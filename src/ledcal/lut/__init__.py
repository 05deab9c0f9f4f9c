"""Tables: sampled from a function, interpolated, checked."""

"""What went wrong at the shoot, why, and what to do: a registry of findings."""

"""An account in numbers: what its mail did, and what of it is above the limits."""

"""`links`: the physical connections to the instruments."""

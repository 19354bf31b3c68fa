"""④ Kept for three months: the room on the disk, pins, and what has to go."""

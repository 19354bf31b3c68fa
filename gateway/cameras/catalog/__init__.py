"""③ Which video there is, which there is not and why: the tables, held against the disk."""

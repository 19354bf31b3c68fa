"""⑤ File → waiting → delivered: who is to get what, in which order, and what became of it."""

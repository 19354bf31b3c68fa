"""② Raw readings, kept for 60 days and more: buffered for seconds, packed, committed, read back by time."""

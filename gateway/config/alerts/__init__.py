"""`alerts`: where a person is told, and of what."""

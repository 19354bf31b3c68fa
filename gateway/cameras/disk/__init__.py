"""The disk that video lies on: the right one, and files of it."""

"""Recorded video for people: a picture, a clip."""

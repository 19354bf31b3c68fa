"""RTSP cameras: pictures encoded once and sent round and round by GStreamer's server, each with its number and time."""

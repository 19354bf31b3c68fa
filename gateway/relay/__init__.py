"""A program of its own: the cameras' streams by RTSP, for whoever may look, fed by the recorder over a unix socket.

Run by the system's Python, for that is the one that GStreamer's bindings belong to: `/usr/bin/python3 -I FOLDER`, this
folder. It imports nothing but the standard library and `gi`, and nothing of the gateway imports it. It never opens a
camera, a configuration or a database: what it may know it is told, and whatever befalls it the record goes on.
"""

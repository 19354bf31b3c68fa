"""A program of its own: keeps the version that works while another one is installed, watches whether the new one is
well, and goes back by itself where it is not: program and databases.

Run by the system's Python and the standard library alone, `/usr/bin/python3 -I FOLDER`: first this folder, then the
copy of it that it lays beside what it keeps, so that whatever befalls the new version, the old one's watch goes on. It
never touches what lies at an authority. Where it stands is in a small file that is synced before each step: cut off
anywhere, it goes on from there when the machine starts again.
"""

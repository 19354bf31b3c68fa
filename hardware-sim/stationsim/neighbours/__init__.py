"""Devices beside the box, such as a datalogger: doors that open and close, and count who knocks."""

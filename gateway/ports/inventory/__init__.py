"""What the box has: every place of it where something can be plugged in, linked or connected, and what is there now.

Read from the kernel's files alone, below a folder in which `sys`, `proc` and `dev` lie. Nothing is asked of a device,
nothing is written, nothing is opened that another program uses.
"""

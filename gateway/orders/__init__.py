"""Transport orders: taken from whoever submits them, checked, signed, kept until the road administration has them.

A station that has no orders imports nothing of this room.
"""

"""A process of its own: the cameras' streams, recorded as they come and kept for three months, with every gap known.

The recorder owns a camera's only connection; whoever looks at the stream is its guest and can never touch the record.
"""

"""Lines: bytes out, bytes in, one connection or port. What the bytes mean is for the rooms of the protocols.

byte_line   what a link wants of a line; opening it, and receiving from it
serial_line a serial port; the one home of pyserial
tcp_line    a TCP connection to a device that speaks a protocol made for it
raw_line    a TCP connection to a serial line somewhere else: nothing tells its answers apart but silence
readiness   waiting for a descriptor, interruptible from another thread
host_cache  a host's addresses, remembered for when no name server answers
drain       throwing away what still arrives before something is asked
excerpts    how failures and received bytes are shown in messages
whole_lines the complete lines of somebody who talks unasked
heard_lines what is wanted of him, and what was heard of it
text_link   one question, one answer; or listening to a device that talks unasked
"""

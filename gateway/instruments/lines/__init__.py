"""Lines: bytes out, bytes in, one connection or port. What the bytes mean is for the rooms of the protocols.

watch       waiting for a descriptor, interruptible from another thread
serial_line a serial port; the one home of pyserial
tcp_line    a TCP connection to a device that speaks a protocol made for it
raw_line    a TCP connection to a serial line somewhere else: nothing tells its answers apart but silence
opening     a line → an open line, or the reason in words
settling    throwing away what still arrives before something is asked
text_link   one question, one answer; or listening to a device that talks unasked
"""

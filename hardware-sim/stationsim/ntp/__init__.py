"""Time servers with clocks that a scenario sets: NTP version 4 over UDP (RFC 5905)."""

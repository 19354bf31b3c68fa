"""What the relay gets, over a socket of the recorder's own, and who looked."""

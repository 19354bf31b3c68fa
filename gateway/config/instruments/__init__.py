"""`instruments`: what is polled. One file for each protocol; `instrument` holds them together."""

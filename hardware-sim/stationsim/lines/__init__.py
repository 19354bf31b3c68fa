"""Lines between an instrument and whoever listens: a pseudo-terminal, a TCP port; and what goes wrong on them."""

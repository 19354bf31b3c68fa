"""What the box notices about itself: room, heat, voltage, memory, restarts, wear of its card."""

"""What only the whole configuration can tell: what contradicts itself is refused, what is odd is warned of."""

"""`orders`: how transport orders come in and are signed; and how a road administration's server wants them."""

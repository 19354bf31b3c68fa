"""The lines of the authority's file: what each says of itself, be it measured or computed."""

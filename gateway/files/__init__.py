"""④ Record → file: the text that the regulation asks for, the same bytes whenever it is asked for."""

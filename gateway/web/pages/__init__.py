"""The rooms: each a function from a look at the station to a page, with a template of its name."""

"""Transport orders over HTTPS: log in, send lists of signed orders, read what became of each."""

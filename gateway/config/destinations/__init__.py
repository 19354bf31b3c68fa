"""`destinations`: who gets the files, over what, in which folders and form."""

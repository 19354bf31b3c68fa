"""What the database tells about the station, for people and programs. Reads only."""

"""The road administration: takes signed transport orders in over HTTPS, verifies them, and scores what it took."""

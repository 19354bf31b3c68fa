"""③ Readings → slot record: closed once from what is in the database, kept for three years, never changed."""

"""What the station kept, out of its database: records and raw readings as CSV or Parquet, and the files as they were
sent. Streamed: three years take the memory of a day."""

"""What programs ask: the answers of the commands' `--json`, over HTTP, and a document that says what can be asked."""

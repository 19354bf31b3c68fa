"""The shapes of the answers: which keys they have, and what may stand there. Instants are ISO 8601 with the station's
offset, but for events (the station's wall clock) and the journal (milliseconds, as they are signed). The document for
programs is made of these (`gateway.web.api.openapi`), and every answer is held against it by the tests."""

"""The written notice to the department (TT10/2021: of interruptions of more than twelve hours): a draft. It states what
the station knows, and leaves to people what only they know: the cause in detail, the measures, the signature.

A template is a letter with placeholders. The one that ships is drawn from the catalogue of texts; a user may replace it
by a document of his own with the same placeholders (`gateway.reports.letter.fields`).
"""

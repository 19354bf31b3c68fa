"""Pictures of a report as SVG, drawn by ourselves: they stand inside the page, need no network, and print sharply."""

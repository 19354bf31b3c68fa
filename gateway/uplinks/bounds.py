"""How much a far end may tell us. A server that lists for ever, or sends a line or a file without end, must not take
the memory that the station needs for measuring.

Beyond what any honest folder holds: three years of five-minute files in one folder are 315,000 names, 35 MB of `MLSD`.
"""

from __future__ import annotations

from typing import Final

MOST_FILES: Final = 500_000
"""In one folder, where all are wanted."""
MOST_BYTES: Final = 64_000_000
"""Of one listing, or of one file that is fetched."""
MOST_TIDIED: Final = 20_000
"""Names among which leftovers of earlier attempts are looked for. SFTP tells a hundred in a round trip, and the live
lane waits for it: who dumps everything in one folder keeps the leftovers behind these."""
MOST_COMPARED: Final = 1_000_000
"""Of a file that lies under a parcel's name and is not of its size. Ours have 1–3 kB: whatever is larger is told by its
size alone."""

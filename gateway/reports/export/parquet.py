"""Rows → Parquet, in groups, so that a month never stands in memory. Needs pyarrow, which only this asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.reports.export.rows import Row

GROUP = 50_000
"""Rows in a group."""

_KINDS = {"value": "float64", "readings": "int32", "expected": "int32", "measured": "float64"}


def write_parquet(rows: Iterable[Row], heads: tuple[str, ...], file: Path, on_progress: Callable[[int], None]) -> int:
    """Columns are those of the CSV. Returns how many rows there were.

    Raises:
        GatewayError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise GatewayError(Phrase("parquet needs pyarrow: pip install pyarrow, or use --format csv")) from None
    schema = pyarrow.schema([(head, getattr(pyarrow, _KINDS.get(head, "string"))()) for head in heads])
    count, waiting = 0, iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(waiting, GROUP)):
            columns = zip(*(row.cells() for row in group), strict=True)
            writer.write_table(pyarrow.table([list(column) for column in columns], schema=schema))
            on_progress(group[-1].at_ms)
            count += len(group)
    return count

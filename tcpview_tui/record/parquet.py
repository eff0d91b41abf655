"""What happened as a Parquet file: typed columns for DuckDB, pandas, Spark. It needs pyarrow, which is an extra."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tcpview_tui.record.flat import COLUMNS, row_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from tcpview_tui.record.about import About
    from tcpview_tui.record.tracked import Happening

GROUP = 32_768
"""Rows of a row group: the unit that readers take at once, and what is held in memory here."""


class NotInstalledError(ImportError):
    """A package of an extra is missing: a sentence that says how to get it."""


class _Sink:
    """A file as pyarrow wants it, which asks where it is, as no pipe can tell; `out` stays its opener's to close."""

    closed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._at = out, 0

    def write(self, data: bytes) -> None:
        if not self._out.closed:  # pyarrow writes the end also when all is given up
            self._out.write(data)
        self._at += len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


class Parquet:
    """Writes a row group whenever there are enough rows."""

    def __init__(self, out: BinaryIO, about: About) -> None:
        """Begin the file. Raises NotInstalledError."""
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise NotInstalledError("Parquet needs pyarrow; pip install 'tcpview-tui[parquet]' brings it") from error
        self._arrow, self._about = pyarrow, about
        self._schema = _schema(pyarrow)
        self._file = parquet.ParquetWriter(_Sink(out), self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []

    def write(self, happenings: Iterable[Happening]) -> None:
        """Write these, as soon as there are enough."""
        for happening in happenings:
            self._rows.append(row_of(happening, self._about))
            if len(self._rows) >= GROUP:
                self._put()

    def finish(self) -> None:
        """Write the rest, and where everything stands."""
        self._put()
        self._file.close()

    def _put(self) -> None:
        """Write a row group of what there is."""
        if not self._rows:
            return
        columns = zip(zip(*self._rows, strict=True), self._schema, strict=True)
        arrays = [self._arrow.array(values, field.type) for values, field in columns]
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


def _schema(arrow: Any) -> Any:
    text, time, number = arrow.string(), arrow.timestamp("us", "UTC"), arrow.int64()
    process = dict.fromkeys(("name", "user", "executable", "command_line", "sha256"), text)
    types = {
        "text": text,
        "time": time,
        "int": number,
        "real": arrow.float64(),
        "bool": arrow.bool_(),
        "processes": arrow.list_(arrow.struct({"pid": number, "started": time} | process)),
    }
    return arrow.schema([(name, types[kind]) for name, kind in COLUMNS])

"""How commands speak: plain tables or JSON on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from nagara.citylab.errors import CityLabError

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def fail(error: CityLabError, code: int = 1) -> NoReturn:
    """Say what is wrong, where, and how to mend it; then leave with an exit code."""
    where = f"{error.where}: " if error.where else ""
    err.print(f"[bold red]Error:[/] {_plain(where + error.what)}", soft_wrap=True)
    if error.mend:
        err.print(_plain(error.mend), soft_wrap=True)
    sys.exit(code)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def as_json_text(value: Any) -> str:
    """JSON with times as ISO 8601 text."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_as_json)


def show_json(value: Any) -> None:
    print(as_json_text(value), flush=True)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value))


def cell(value: Any) -> str:
    """One value as people read it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)


def show_rows(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """A table on the terminal; tab-separated text where the output goes to a file or a pipe."""
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(cell(row.get(name)).replace("\t", " ").replace("\n", " ") for name in columns))
        return
    table = Table(title=title or None, header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_plain(cell(row.get(name))) for name in columns))
    out.print(table)


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A line on standard error that says what is being done; silent where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _rows: None
        return
    began = time.monotonic()
    with err.status("starting") as status:

        def tell(what: str, rows: int) -> None:
            status.update(f"{what}: {rows:,} rows, {time.monotonic() - began:.0f} s")

        yield tell

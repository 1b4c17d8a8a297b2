"""The tables of a lab to take along: at its snapshot, without rows that may not leave the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nagara.campus.cities.lakes import closed_sources, find_place, lake
from nagara.campus.lab.rules import TEAM_ONLY
from nagara.campus.people.rules import may

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.labs import Prepared
    from nagara.citylab.sandbox import Catalogue

ROWS_A_PIECE = 65_536


@dataclass(frozen=True)
class Carried:
    """What may be carried: the tables, the names that the lab speaks of, sources that stay behind, all of
    the city's sources at that snapshot."""

    catalogue: Catalogue
    names: tuple[str, ...]
    closed: tuple[dict[str, Any], ...]
    sources: tuple[dict[str, Any], ...]


def carried(prepared: Prepared, *, user: Any = None) -> Carried:
    """The tables of a lab as far as `user` may take them; None: as far as anybody may.

    Rows of sources whose licence does not allow passing them on stay, and so do the tables of people's words;
    with such sources the lab's own intermediate tables stay too, for they hold their rows in another form.
    """
    from nagara.citylab import sandbox
    from nagara.citylab.labs.plan import plan_of
    from nagara.citylab.labs.tables import extra_tables, seen_until

    city = lake().city(prepared.city_id)
    seen = city.snapshot(prepared.snapshot)
    sources = seen.table("source").to_pylist() if "source" in seen.tables else []
    whole = user is not None and may(user, "lab.see_all_rows", find_place(prepared.city_id))
    closed = [] if whole else [dict(s) for s in closed_sources(sources)]
    lab = prepared.lab
    extra = extra_tables(city, prepared, seen)
    if closed:
        extra = {name: table for name, table in extra.items() if name in {run.name for run in lab.runs}}
    without = () if whole else TEAM_ONLY
    found = sandbox.catalogue(
        seen,
        hidden=[s["source_id"] for s in closed],
        extra=extra,
        until=seen_until(prepared),
        without=without,
    )
    spoken = {n.table for n in lab.needs if n.table} | set(plan_of(lab).tables()) | set(extra) | {"city"}
    names = [n for n in found.names if n in spoken and n != "clock" and (n in extra or n in seen.tables)]
    return Carried(found, tuple(names), tuple(closed), tuple(dict(s) for s in sources))


def pieces(catalogue: Catalogue, name: str) -> tuple[pa.Schema, Iterator[pa.Table]]:
    """The schema and rows of a table, piece by piece: memory stays flat. The rows are those that SQL on the
    site sees: without scenarios, and one row for what two sources describe."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from nagara.citylab import engine

    files = catalogue.files(name)
    if catalogue.tables[name].canonical and name in engine.ONE_A_KEY:
        with engine.session({name: files}) as session:
            found = session.table(name)
        return found.schema, iter([found])
    schema = pa.unify_schemas([pq.read_schema(file).remove_metadata() for file in files])
    return schema, (_as_is(piece, schema) for file in files for piece in _read(file))


def _read(file: str) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches(ROWS_A_PIECE):
        yield pa.Table.from_batches([batch])


def _as_is(piece: pa.Table, schema: pa.Schema) -> pa.Table:
    """The piece in the table's schema, without rows that only a scenario has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in schema:
        if column.name not in piece.column_names:
            piece = piece.append_column(column.name, pa.nulls(piece.num_rows, column.type))
    if "scenario_id" in piece.column_names:
        piece = piece.filter(pc.is_null(piece.column("scenario_id")))
    return piece.select(schema.names).cast(schema)

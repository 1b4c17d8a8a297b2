"""Cities, their tables, and questions in SQL."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nagara.citylab import open_lake
from nagara.citylab.errors import CityLabError
from nagara.cli.printing import Json, show_json, show_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.lake import CityLake, Snapshot

CityName = Annotated[str, typer.Argument(help="Short name of the city, e.g. jakarta. See `nagara cities`.")]


def find_city(name: str, *, make: bool = False) -> CityLake:
    """The city's lake. With `make`, a city of the seed list is created at first use.

    Raises CityLabError that says how to add an unknown city.
    """
    lake = open_lake()
    slug = name.strip().lower().replace(" ", "-")
    if slug in lake.cities():
        return lake.city(slug)
    from nagara.campus.cities.seeds import known_city

    known = known_city(slug)
    if known is None:
        add = f"nagara add-city {slug} --name NAME --country XX --tz Area/City --lon LON --lat LAT"
        raise CityLabError(f"there is no city {name!r}.", mend=f"See `nagara cities`, or add it: {add}")
    if not make:
        raise CityLabError(f"{known.name} has no data yet.", mend=f"Import a file: nagara import {slug} FILE")
    return create_city(slug, known.name, known.country, known.tz, known.lon, known.lat)


def create_city(slug: str, name: str, country: str, tz: str, lon: float, lat: float) -> CityLake:
    from nagara.citylab.zones import metric_epsg

    row = {
        "city_id": slug,
        "name": name,
        "country": country,
        "tz": tz,
        "epsg": metric_epsg(lon, lat),
        "bbox": None,
    }
    return open_lake().create(row)


def add_city(
    city: Annotated[str, typer.Argument(help="Short name: small letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="Name as people write it.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 code of two letters.")],
    tz: Annotated[str, typer.Option(help="IANA time zone, e.g. Asia/Yangon.")],
    lon: Annotated[float, typer.Option(min=-180, max=180, help="Longitude of the centre.")],
    lat: Annotated[float, typer.Option(min=-90, max=90, help="Latitude of the centre.")],
) -> None:
    """Add a city that is not on the list."""
    import re
    from zoneinfo import available_timezones

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", city):
        raise CityLabError(f"{city!r} is not a short name.", mend="Use small letters, digits and hyphens.")
    if tz not in available_timezones():
        raise CityLabError(f"{tz!r} is not an IANA time zone.", mend="For example Asia/Jakarta.")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise CityLabError(f"{country!r} is not a country code.", mend="Two capital letters, e.g. ID.")
    if city in open_lake().cities():
        raise CityLabError(f"{city} exists already.")
    create_city(city, name, country, tz, lon, lat)
    typer.echo(f"{name} is added. Next: nagara import {city} FILE")


def cities(as_json: Json = False) -> None:
    """List the cities that have data."""
    lake = open_lake()
    rows = []
    for city_id in lake.cities():
        snapshot = lake.city(city_id).newest()
        row = snapshot.table("city").to_pylist()[0]
        sources = snapshot.table("source").num_rows
        rows.append(
            {k: row[k] for k in ("city_id", "name", "country", "tz")}
            | {"sources": sources, "tables": len(snapshot.tables), "snapshot": snapshot.number}
        )
    if as_json:
        show_json(rows)
    elif rows:
        show_rows(("city_id", "name", "country", "tz", "sources", "snapshot"), rows)
    else:
        typer.echo("No city has data yet. Make one: nagara simulate demo")


def tables(city: CityName, as_json: Json = False) -> None:
    """List a city's tables with their rows and versions."""
    from nagara.citylab import engine
    from nagara.citylab.tables import TABLES

    snapshot = find_city(city).newest()
    rows: list[dict[str, Any]] = []
    for name, version in sorted(snapshot.tables.items()):
        with engine.session({name: snapshot.files(name)}) as session:
            count = session.sql(f'select count(*) as n from "{name}"').column("n")[0].as_py()
        rows.append(
            {"table": name, "rows": count, "version": version.version, "content": version.content}
            | {"meaning": TABLES[name].meaning}
        )
    if as_json:
        show_json({"city": city, "snapshot": snapshot.number, "tables": rows})
    else:
        show_rows(("table", "rows", "version", "meaning"), rows, title=f"{city}, snapshot {snapshot.number}")


def sql(
    city: CityName,
    text: Annotated[
        str, typer.Argument(help="One SELECT over the city's tables; - reads it from the input.")
    ],
    at: Annotated[int | None, typer.Option(help="Snapshot to read; the newest by default.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 100,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write all rows to a .csv or .parquet file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask a question in SQL. Times are UTC; a view `clock` gives the city's own time."""
    lake = find_city(city)
    snapshot = lake.newest() if at is None else lake.snapshot(at)
    rows = answer(snapshot, sys.stdin.read() if text == "-" else text)
    if to is not None:
        _write(rows, to)
        typer.echo(f"{rows.num_rows:,} rows written to {to}")
    elif as_json:
        show_json({"snapshot": snapshot.number, "rows": plain_rows(rows.slice(0, limit))})
    else:
        show_rows(rows.column_names, rows.slice(0, limit).to_pylist())
        if rows.num_rows > limit:
            typer.echo(
                f"({rows.num_rows:,} rows in all; --limit N shows more, --to FILE writes all)", err=True
            )


def answer(snapshot: Snapshot, query: str) -> pa.Table:
    """Rows of one SELECT over a snapshot, with the view `clock`."""
    from nagara.citylab import engine
    from nagara.citylab.recipes.clock import clock
    from nagara.citylab.runs import context_of, data_of
    from nagara.citylab.tables import TABLES

    with engine.session(data_of(snapshot, set(TABLES))) as session:
        session.register("clock", clock(context_of(snapshot).tz))
        return session.sql(query.strip().rstrip(";"))


def plain_rows(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows as JSON objects; SQL maps become objects as well."""
    import pyarrow as pa

    maps = [f.name for f in rows.schema if pa.types.is_map(f.type)]
    found: list[dict[str, Any]] = rows.to_pylist()
    return [row | {name: dict(row[name] or ()) for name in maps} for row in found]


def _write(rows: pa.Table, to: Path) -> None:
    if to.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(rows, to)
    elif to.suffix == ".csv":
        with to.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(rows.column_names)
            for batch in rows.to_batches(10_000):
                writer.writerows(tuple(row.values()) for row in batch.to_pylist())
    else:
        raise CityLabError(
            f"cannot write {to.suffix or 'a file without ending'}.", mend="Use .csv or .parquet."
        )


def register(app: typer.Typer) -> None:
    app.command("cities")(cities)
    app.command("add-city")(add_city)
    app.command("tables")(tables)
    app.command("sql")(sql)

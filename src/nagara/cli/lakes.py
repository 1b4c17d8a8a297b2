"""Care of the lake: check, compact, erase, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nagara.cli.cities import CityName, find_city
from nagara.cli.printing import Json, show_json, show_rows

lake = typer.Typer(help="Care of the lake: check, compact, erase, export.", no_args_is_help=True)


@lake.command()
def check(
    city: CityName,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file as well.")] = False,
    as_json: Json = False,
) -> None:
    """Look for lost, broken or stray files."""
    found = find_city(city).check(deep=deep)
    findings = found.findings
    if as_json:
        show_json(found.as_dict())
    elif len(findings):
        show_rows(("severity", "rule", "message", "mend"), findings.as_dicts())
    else:
        typer.echo("The lake is whole.")
    if findings.counts()["refuse"]:
        raise typer.Exit(1)


@lake.command()
def compact(city: CityName) -> None:
    """Join small files and sweep what nothing cites. No number changes."""
    found = find_city(city)
    found.compact()
    swept = found.sweep()
    typer.echo(f"{city} is compacted; {swept.files:,} old files swept, {swept.bytes:,} bytes.")


@lake.command()
def erase(
    city: CityName,
    source: Annotated[str, typer.Argument(help="Source to erase, as `nagara clinic` names it.")],
    reason: Annotated[str, typer.Option(help="Why: it is kept with the mark.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a source for good. Runs that read it can be shown but not repeated."""
    if not yes:
        typer.confirm(f"Erase {source} from {city} for good?", abort=True)
    find_city(city).erase(source, reason=reason)
    typer.echo(f"{source} is erased from {city}.")


@lake.command()
def export(
    city: CityName, to: Annotated[Path, typer.Argument(help="Folder to write to.")], as_json: Json = False
) -> None:
    """Write Parquet, GeoParquet and a DCAT catalogue. Sources that may not be passed on are left out."""
    report = find_city(city).export(to)
    if as_json:
        show_json(report.as_dict())
        return
    typer.echo(f"{len(report.tables)} tables written to {to}")
    for left in report.left_out:
        typer.echo(f"left out {left.source_id} ({left.rows:,} rows): {left.why}")


def register(app: typer.Typer) -> None:
    app.add_typer(lake, name="lake")

"""Files in: import and clinic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nagara.citylab.errors import CityLabError
from nagara.cli.cities import CityName, find_city
from nagara.cli.printing import Json, err, fail, progress, show_json, show_rows

if TYPE_CHECKING:
    from nagara.citylab.clinic import Clinic

Paths = Annotated[list[Path], typer.Argument(help="Files or folders that make up one source.")]
Kind = Annotated[str | None, typer.Option(help="gtfs, osm, observations, zones, population, places, ...")]
Map = Annotated[Path | None, typer.Option("--map", help="Mapping file (TOML): what the columns mean.")]
Source = Annotated[str | None, typer.Option("--source", help="Short name of the source.")]
Matches = Annotated[Path | None, typer.Option(help="File of names that a person confirmed.")]
Personal = Annotated[str, typer.Option(help="Why personal data must stay in these files.")]


def _request(paths: list[Path], kind: str | None, mapping: Path | None, **given: Any) -> Any:
    from nagara.citylab.importing import Request, read_map, read_matches

    matches = given.pop("matches")
    return Request(
        paths=paths,
        kind=kind,
        map=read_map(mapping) if mapping else {},
        accept_matches=read_matches(matches) if matches else {},
        **given,
    )


def _finish(clinic: Clinic, *, as_json: bool, report: Path | None) -> None:
    """Print the clinic, write it where asked, and leave with the code that says how it went."""
    if report is not None:
        text = clinic.as_csv() if report.suffix == ".csv" else clinic.as_json()
        report.write_text(text, encoding="utf-8")
    if as_json:
        show_json(clinic.as_dict())
    else:
        _print(clinic)
    if clinic.status == "refused":
        if not as_json:
            fail(CityLabError(clinic.reason))
        raise typer.Exit(1)
    if clinic.partly:
        raise typer.Exit(3)


def _print(clinic: Clinic) -> None:
    if clinic.status == "unchanged":
        typer.echo(f"{clinic.source_id}: these very files are in already; nothing to do.")
        return
    found = clinic.findings.as_dicts()
    if found:
        show_rows(("severity", "rule", "count", "file", "row", "column", "message", "mend"), found)
    rows = ", ".join(f"{count:,} {name}" for name, count in sorted(clinic.counts.items())) or "no rows"
    aside = len(clinic.findings.rejected)
    word = {"examined": "would hold", "imported": "holds", "refused": "refused after"}[clinic.status]
    err.print(f"{clinic.source_id} ({clinic.kind}) {word}: {rows}; {aside:,} rows set aside.", soft_wrap=True)
    if clinic.status == "imported":
        err.print(f"{clinic.city_id} is now at snapshot {clinic.snapshot}.")


def import_(
    city: CityName,
    paths: Paths,
    kind: Kind = None,
    mapping: Map = None,
    source: Source = None,
    title: Annotated[str | None, typer.Option(help="Title for people.")] = None,
    licence: Annotated[
        str | None, typer.Option(help="Licence, e.g. CC-BY-4.0. Unknown is never exported.")
    ] = None,
    attribution: Annotated[str | None, typer.Option(help="Who must be named beside figures.")] = None,
    nature: Annotated[str | None, typer.Option(help="measured, reported, modelled or simulated.")] = None,
    uri: Annotated[str | None, typer.Option(help="Where the files come from.")] = None,
    accept_matches: Matches = None,
    accept_personal: Personal = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the clinic only; keep nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the clinic to a .json or .csv file.")] = None,
    proposals: Annotated[
        Path | None, typer.Option(help="Write name matches to confirm to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import files as one source: all or nothing. The same files again change nothing."""
    from nagara.citylab.importing import examine, take

    request = _request(
        paths,
        kind,
        mapping,
        source_id=source,
        title=title,
        licence=licence,
        attribution=attribution,
        nature=nature,
        uri=uri,
        matches=accept_matches,
        personal_reason=accept_personal,
    )
    lake = find_city(city, make=True)
    with progress(as_json) as tell:
        clinic = examine(lake, request, tell) if dry_run else take(lake, request, tell)
    if proposals is not None:
        _write_proposals(clinic, proposals)
    _finish(clinic, as_json=as_json, report=report)


def _write_proposals(clinic: Clinic, path: Path) -> None:
    from nagara.citylab.zones import proposals_text

    path.write_text(proposals_text(clinic.findings), encoding="utf-8")
    err.print(f"Name matches to confirm are in {path}: edit it, then give it with --accept-matches.")


def clinic(
    city: CityName,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files to examine; none: show kept findings.")
    ] = None,
    kind: Kind = None,
    mapping: Map = None,
    source: Source = None,
    accept_matches: Matches = None,
    accept_personal: Personal = "",
    report: Annotated[Path | None, typer.Option(help="Write the clinic to a .json or .csv file.")] = None,
    as_json: Json = False,
) -> None:
    """Examine files without keeping them, or show what the clinic found in the sources that are in."""
    if not paths:
        _kept(city, source, as_json)
        return
    from nagara.citylab.importing import examine

    request = _request(
        paths, kind, mapping, source_id=source, matches=accept_matches, personal_reason=accept_personal
    )
    with progress(as_json) as tell:
        found = examine(find_city(city, make=True), request, tell)
    _finish(found, as_json=as_json, report=report)


def _kept(city: str, source: str | None, as_json: bool) -> None:
    rows = find_city(city).newest().table("finding").to_pylist()
    chosen = [row for row in rows if source in {None, row["source_id"]}]
    if as_json:
        show_json(chosen)
    elif chosen:
        show_rows(("source_id", "severity", "rule", "count", "file", "row", "column", "message"), chosen)
    else:
        typer.echo("Nothing was found.")


def register(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command("clinic")(clinic)

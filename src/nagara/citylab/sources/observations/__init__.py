"""Observations: values of sensors in time, from CSV, Excel or JSON of any layout, by a mapping file.

Long or wide tables, any column names. Without a mapping file the slice asks, and suggests one. Docs:
`docs/sources/observations.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.observations.output import Writer
from nagara.citylab.sources.observations.plan import SECTIONS, Plan, plan_of
from nagara.citylab.sources.observations.reading import Reader
from nagara.citylab.sources.observations.suggest import guess, suggest_map
from nagara.citylab.sources.text import read_text

__all__ = ["KIND", "OPTIONS", "TABLES", "TITLE", "read", "sniff", "suggest_map"]

KIND = "observations"
TITLE = "Observations of sensors (CSV, Excel, JSON)"
OPTIONS = tuple(SECTIONS)
TABLES = ("thing", "datastream", "observation")


def sniff(path: Path) -> Sniffed:
    """Low to medium confidence for a table with a time column and numbers: only a mapping file is sure."""
    found = guess(path)
    if found is None or not found.times or not found.values:
        return NO
    long_text = any(len(found.sample(c)) > 100 for c in found.words)
    sure = 0.3 + 0.1 * (found.thing is not None) + 0.05 * (len(found.times) == 1) - 0.2 * long_text
    return Sniffed(
        round(sure, 2), f"time in {found.times[0]!r}, numbers in {', '.join(map(repr, found.values[:5]))}"
    )


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Yield things, datastreams and observations of the files, by the mapping file.

    Values are in the unit that the mapping names (UCUM), times in UTC. Raises Refusal where the mapping
    leaves a question (it suggests a mapping where there is none) or where nothing can be read.
    """
    if not {"property", "time", "thing", "columns"} & set(options.map):
        _ask(paths, options, findings)
    plan = plan_of(options.map, options.tz, findings)
    stations, files = _sorted_out(paths, plan)
    if not files:
        raise Refusal("only the stations file was given.", findings, mend="Give the observations as well.")
    reader = Reader(plan, options, findings)
    try:
        if not plan.properties:
            yield from _stations_only(reader, files)
            return
        for path in files:
            reader.read(path)
        for path in stations:
            if plan.stations is not None:
                reader.things.add_file(path, plan.stations, options.map)
        reader.things.settle()
        if not reader.filled.sum():
            raise Refusal(
                "no value could be read from these files.",
                findings,
                where=", ".join(p.name for p in files),
                mend="Check [property.*] column and [read] na in the mapping file.",
            )
        yield from Writer(reader).rows()
    finally:
        reader.close()


def _ask(paths: Sequence[Path], options: Options, findings: Findings) -> None:
    suggestion = suggest_map(paths[0], options.map)
    if not suggestion:
        read_text(paths[0], findings, map=options.map)  # says what is wrong with the file itself
    findings.refuse(
        "ask-mapping",
        "observations need a mapping file: where time, station and values stand, their unit and zone.",
        file=paths[0].name,
        mend="Answer the questions of the suggested mapping file and give it with --map.",
    )
    raise Refusal(
        "observations need a mapping file.",
        findings,
        where=paths[0].name,
        mend=f"Save this as map.toml, answer every ?, and give it with --map:\n\n{suggestion}",
    )


def _sorted_out(paths: Sequence[Path], plan: Plan) -> tuple[list[Path], list[Path]]:
    """Stations files and files of observations. A stations file not given is looked for beside the others."""
    name = plan.stations.file if plan.stations else None
    if plan.stations is None or not name:
        return [], list(paths)
    given = [p for p in paths if p.name == name]
    files = [p for p in paths if p.name != name]
    if not given:
        given = [p for p in dict.fromkeys(f.parent / name for f in files) if p.is_file()][:1]
    return given, files


def _stations_only(reader: Reader, files: Sequence[Path]) -> Iterator[tuple[str, pa.Table]]:
    station = reader.plan.station
    for path in files:
        columns = [*station.columns, *station.extra]
        reader.things.add_stations(read_text(path, reader.findings, map=reader.options.map, columns=columns))
    reader.things.settle()
    yield "thing", reader.things.table()

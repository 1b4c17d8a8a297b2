"""GTFS Schedule: timetables of public transport, as a zip or a folder.

A tolerant reader of its own. What real feeds get wrong is met with a finding (`rules.py` lists every rule
with its clause); what cannot be a timetable is refused as a timetable and still kept as stops, routes and
shapes. Mapping file: `feed_id`, `reference_day`, `[calendar] from, to, every_day`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Rows, Sniffed
from nagara.citylab.sources.archives import Archive, is_zip, open_archive
from nagara.citylab.sources.gtfs.feed import read_feed
from nagara.citylab.sources.gtfs.files import MARKS, Feed, find_feeds, raw_rows
from nagara.citylab.sources.gtfs.reference import READ
from nagara.citylab.sources.gtfs.rules import Clinic

KIND = "gtfs"
TITLE = "GTFS timetable (zip or folder)"
TABLES = ("stop", "route", "trip", "service_day", "stop_time", "frequency", "shape", "fare")
OPTIONS = {
    "feed_id": "short name of the feed; the source's name where it is left out",
    "reference_day": "the day against which calendars are judged expired; today where it is left out",
    "calendar.from": "first day of service to keep",
    "calendar.to": "last day of service to keep",
    "calendar.every_day": "true: a feed without any calendar runs every day from `from` to `to`",
}


def sniff(path: Path) -> Sniffed:
    """Sure of a zip or folder that holds stops.txt and its kin, at the top or one folder below."""
    try:
        if path.is_dir():
            names = [p.relative_to(path).as_posix() for p in path.glob("*")]
            names += [p.relative_to(path).as_posix() for p in path.glob("*/*.txt")]
        elif path.is_file() and is_zip(path):
            with open_archive(path, Findings()) as archive:
                names = archive.names()
        elif path.is_file() and path.stem.lower() in READ and path.suffix.lower() == ".txt":
            return Sniffed(0.9, f"{path.name} is a file of GTFS")
        else:
            return NO
    except (Refusal, OSError):
        return NO
    found = {
        PurePosixPath(n).stem.lower() for n in names if PurePosixPath(n).suffix.lower() in (".txt", ".csv")
    }
    marks = [mark for mark in MARKS if mark in found]
    if len(marks) >= 2:
        return Sniffed(0.95, f"holds {', '.join(f'{mark}.txt' for mark in marks)}")
    return Sniffed(0.6, "holds stops.txt") if "stops" in marks else NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Rows:
    """Canonical rows of every feed in `paths` (zips, folders, or the text files of one folder).

    Times are seconds past midnight of the service day, lengths metres, coordinates WGS 84. Raises Refusal
    where there is no feed at all, or an archive is beyond bounds.
    """
    clinic = Clinic(findings)
    with ExitStack() as stack:
        feeds: list[Feed] = []
        for path, only in _archives(paths):
            archive = stack.enter_context(open_archive(path, findings))
            feeds += find_feeds(archive, clinic, only)
        if not feeds:
            clinic.say("no-feed", paths[0].name if paths else "")
            raise Refusal(
                "there is no GTFS feed in it",
                findings,
                where=paths[0].name if paths else "",
                mend="Give the feed's zip or folder: it holds stops.txt, trips.txt, stop_times.txt.",
            )
        for feed in feeds:
            yield from _named(read_feed(feed, options, _reference(options)), _feed_id(feed, feeds, options))
            _keep_rejected(feed, findings)


def _archives(paths: Sequence[Path]) -> list[tuple[Path, set[str] | None]]:
    """What to open: zips and folders as they are; loose text files as one folder that holds only them."""
    whole = [(path, None) for path in paths if path.is_dir() or path.suffix.lower() not in (".txt", ".csv")]
    loose: dict[Path, set[str]] = {}
    for path in paths:
        if not path.is_dir() and path.suffix.lower() in (".txt", ".csv"):
            loose.setdefault(path.parent, set()).add(path.name)
    return [*whole, *loose.items()]


def _reference(options: Options) -> date:
    day = options.map.get("reference_day")
    if isinstance(day, date):
        return day
    return date.fromisoformat(str(day)) if day else datetime.now(UTC).date()


def _feed_id(feed: Feed, feeds: Sequence[Feed], options: Options) -> str:
    name = str(options.map.get("feed_id") or options.source_id)
    if len(feeds) == 1:
        return name
    archive: Archive = feed.archive
    part = feed.folder.strip("/") or Path(archive.name).stem
    return f"{name}:{part}"


def _named(tables: Iterator[tuple[str, pa.Table]], feed_id: str) -> Rows:
    for name, table in tables:
        if table.num_rows:
            yield name, table.append_column("feed_id", pa.repeat(pa.scalar(feed_id), table.num_rows))


def _keep_rejected(feed: Feed, findings: Findings) -> None:
    """Rows that were set aside, with their text as it stands in the file."""
    for file in feed.members:
        label = feed.label(file)
        aside = feed.clinic.aside.pop(label, [])
        texts = raw_rows(feed, file, {int(row) for _, _, rows in aside for row in rows})
        for rule, reason, rows in aside:
            for row in rows.tolist():
                findings.reject(rule, reason, file=label, row=row, raw=texts.get(row, ""))

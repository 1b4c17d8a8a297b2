"""The import verb: files in, clinic report out, and - all or nothing - rows in the city's lake.

`examine` reads files and says what would happen (the clinic); `take` does the same and keeps the rows.
Both read the files in one pass into a staging folder, so memory stays flat. A crash before the last step
leaves the city as it was.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tomllib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab import engine
from nagara.citylab.cells import cells_of
from nagara.citylab.clinic import Clinic
from nagara.citylab.findings import CityLabError, Findings, Refusal, Severity
from nagara.citylab.lake import CityLake, Draft, Snapshot
from nagara.citylab.lake.staging import Staging, staging
from nagara.citylab.privacy import PersonalScan, mask_rejected, scan_file
from nagara.citylab.sources import SLICES, Options, Source, slice_of, sniff
from nagara.citylab.tables import BOOKKEEPING, H3_INDICATOR, H3_POINT, TABLES, conform

log = logging.getLogger(__name__)
SCANS_WAITING = 2
"""Tables that may wait to be looked at for people: more would only fill memory."""

NATURES = ("measured", "reported", "modelled", "simulated")
SURE = 0.5
"""A slice must be at least this sure to be chosen without being named."""

Progress = Callable[[str, int], None]
"""Called with what is being done and the rows so far."""


@dataclass(frozen=True)
class Request:
    """What a person asks to import. Fields given here win over the mapping file's `[source]`."""

    paths: Sequence[Path]
    kind: str | None = None
    map: Mapping[str, Any] = field(default_factory=dict)
    source_id: str | None = None
    title: str | None = None
    licence: str | None = None
    attribution: str | None = None
    nature: str | None = None
    uri: str | None = None
    accept_matches: Mapping[str, str] = field(default_factory=dict)
    personal_reason: str = ""


def read_map(path: Path) -> dict[str, Any]:
    """A mapping file (TOML). Raises CityLabError with the line where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CityLabError(f"the mapping is not valid TOML: {error}.", where=path.name) from error
    except UnicodeDecodeError as error:
        raise CityLabError("the mapping is not UTF-8 text.", where=path.name) from error
    except OSError as error:
        raise CityLabError(f"cannot read the mapping: {error.strerror}.", where=str(path)) from error


def read_matches(path: Path) -> dict[str, str]:
    """Names that a person confirmed: TOML `[matches]` of `"name in the file" = "zone_id"`; "" says that the
    name is of no zone and is left out on purpose."""
    matches = read_map(path).get("matches", {})
    bad = [name for name, zone in matches.items() if not isinstance(zone, str)]
    if bad:
        raise CityLabError(f"the match of {bad[0]!r} is not a zone id in quotes.", where=path.name)
    return dict(matches)


def _shared_start(names: Sequence[str]) -> str:
    low, high = min(names), max(names)
    same = next((i for i, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    return low[:same]


def source_name(paths: Sequence[Path], mapping: Mapping[str, Any], given: str | None) -> str:
    """The short name of a source: as given, as the mapping says, else from the files' names."""
    name = given or mapping.get("source", {}).get("id")
    if name is None:
        first = paths[0]
        stem = first.stem if len(paths) == 1 else _shared_start([p.stem for p in paths])
        name = stem if len(stem) >= 3 else first.parent.name
    slug = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")
    if not slug:
        raise CityLabError("the source has no usable name.", mend="Name it with --source NAME.")
    return slug[:80]


def _choose(paths: Sequence[Path], asked: str | None) -> Source:
    """The slice that reads the files. Asks where it cannot know."""
    if asked is not None:
        if asked not in SLICES:
            raise CityLabError(f"there is no kind {asked!r}.", mend=f"Kinds: {', '.join(SLICES)}.")
        return slice_of(asked)
    chosen: dict[str, Path] = {}
    for path in paths:
        able = sniff(path)
        if not able or able[0][1].confidence < SURE:
            maybe = ", ".join(kind for kind, _ in able) or ", ".join(SLICES)
            raise CityLabError(
                "cannot tell what kind of file this is.",
                where=path.name,
                mend=f"Say it with --kind (perhaps {maybe}), or give a mapping file with --map.",
            )
        if len(able) > 1 and able[1][1].confidence == able[0][1].confidence:
            pair = f"{able[0][0]} or {able[1][0]}"
            raise CityLabError(f"this may be {pair}.", where=path.name, mend="Say which with --kind.")
        chosen[able[0][0]] = path
    if len(chosen) > 1:
        kinds = ", ".join(f"{path.name} is {kind}" for kind, path in chosen.items())
        raise CityLabError(f"these files are of different kinds: {kinds}.", mend="Import them one by one.")
    return slice_of(next(iter(chosen)))


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def digest(paths: Sequence[Path], kind: str, request: Request) -> str:
    """sha256 over kind, mapping, confirmed matches, file names and bytes: what makes an edition."""
    h = hashlib.sha256(f"{kind}\0{sorted(request.accept_matches.items())}\0".encode())
    h.update(repr(sorted(_flat(request.map))).encode())
    for path in paths:
        for file in _files(path):
            h.update(file.name.encode() + b"\0")
            with file.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    h.update(block)
    return h.hexdigest()


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", repr(value)


def _existing(paths: Sequence[Path]) -> list[Path]:
    if not paths:
        raise CityLabError("no file was given.", mend="Name one or more files or folders.")
    for path in paths:
        if not path.exists():
            raise CityLabError("there is no such file or folder.", where=str(path))
    return list(paths)


_CELL_RESOLUTION = {"layer": H3_INDICATOR}


def _with_cells(name: str, rows: pa.Table) -> pa.Table:
    """Fill `h3` from lon, lat where the table has them and the slice left it out."""
    columns = TABLES[name].column
    if "h3" not in columns or "lon" not in columns or "h3" in rows.column_names:
        return rows
    if "lon" not in rows.column_names or "lat" not in rows.column_names:
        return rows
    cells = cells_of(rows.column("lon"), rows.column("lat"), _CELL_RESOLUTION.get(name, H3_POINT))
    return rows.append_column("h3", cells)


def _known(snapshot: Snapshot, source_id: str) -> dict[str, pa.Table]:
    """Zones, things and datastreams of other sources: what a slice may match names against."""
    known = {}
    for name in ("zone", "thing", "datastream"):
        rows = snapshot.table(name)
        known[name] = rows.filter(pc.not_equal(rows.column("source_id"), source_id))
    return known


_KEYED_BY_SLICE = frozenset({"observation", "stop_time", "service_day", "street_edge", "street_node"})


def _unique(staging: Staging, findings: Findings) -> None:
    """The last guard: one row a key. Slices see to it themselves for the large tables."""
    for name in sorted(set(staging.counts) - _KEYED_BY_SLICE):
        key = ", ".join(f'"{k}"' for k in TABLES[name].key)
        columns = ", ".join(f'"{c}"' for c in TABLES[name].schema.names)
        ranked = f"select *, row_number() over (partition by {key} order by {columns}) as place from t"
        with engine.session({"t": staging.paths(name)}) as session:
            twice = session.sql(f"select count(*) as n from ({ranked}) where place > 1")
            count = twice.column("n")[0].as_py()
            if not count:
                continue
            kept = session.sql(f"select {columns} from ({ranked}) where place = 1")
        findings.repair(
            "duplicate-key",
            f"{count:,} rows of {name} repeat the key ({', '.join(TABLES[name].key)}); one a key is kept.",
            count=count,
            mend="Give each row its own id, or check that the id column in the mapping is right.",
        )
        staging.rewrite(name, conform(name, kept))


def _nature(request: Request, findings: Findings) -> str:
    nature = request.nature or request.map.get("source", {}).get("nature")
    if nature is None:
        findings.warn(
            "nature-unknown",
            "nobody said whether the data are measured, reported, modelled or simulated; taken as reported.",
            mend="Say it with --nature, or nature = ... under [source] of the mapping file.",
        )
        return "reported"
    if nature not in NATURES:
        raise CityLabError(f"nature {nature!r} is not known.", mend=f"Use one of {', '.join(NATURES)}.")
    return str(nature)


def _licence(request: Request, findings: Findings) -> str | None:
    licence = request.licence or request.map.get("source", {}).get("licence")
    if not licence:
        findings.warn(
            "licence-unknown",
            "no licence was given: figures may be shown, the rows will not be exported.",
            mend="Say it with --licence, or licence = ... under [source] of the mapping file.",
        )
        return None
    return str(licence)


_READ_AS_TEXT = frozenset({"observations", "population", "places", "zone_values", "stops", "zones", "areas"})


def _scan_what_was_dropped(paths: Sequence[Path], options: Options, findings: Findings) -> None:
    """Look for people in the files themselves as well: in columns that the mapping does not take."""
    known = {(f.rule, f.column) for f in findings}
    for path in paths:
        if path.is_file():
            found = scan_file(path, map=options.map)
            findings.extend(f for f in found if (f.rule, f.column) not in known)


def _read_all(
    slice_: Source,
    paths: Sequence[Path],
    options: Options,
    findings: Findings,
    staging: Staging,
    tell: Progress,
) -> None:
    """Run the slice into the staging folder. Any defect of ours becomes a refusal that says so."""
    total, watch = 0, PersonalScan()
    looking: deque[Future[None]] = deque()
    scanner = ThreadPoolExecutor(1, "scan")
    try:
        for name, rows in slice_.read(paths, options, findings):
            if rows.num_rows == 0:
                continue
            full = conform(name, _with_cells(name, rows), source_id=options.source_id)
            looking.append(scanner.submit(watch.see, full, file=name))
            staging.add(name, full)
            while len(looking) > SCANS_WAITING:
                looking.popleft().result()
            total += rows.num_rows
            tell("reading", total)
        staging.settle()
        while looking:
            looking.popleft().result()
        findings.extend(watch.findings())
        if slice_.KIND in _READ_AS_TEXT:
            _scan_what_was_dropped(paths, options, findings)
    except CityLabError:
        raise
    except Exception as error:
        if os.environ.get("NAGARA_STRICT"):
            raise
        log.exception("the %s slice failed", slice_.KIND)
        findings.refuse(
            "reader-failed", f"the {slice_.KIND} reader stopped: {type(error).__name__}: {error}"[:300]
        )
        raise Refusal(
            f"the {slice_.KIND} reader could not read this file ({type(error).__name__}).",
            findings,
            mend="Please send the file to the Nagara team: it should have been a clear finding.",
        ) from error
    finally:
        scanner.shutdown(cancel_futures=True)
        mask_rejected(findings)


def _options(city: CityLake, snapshot: Snapshot, request: Request, source_id: str) -> Options:
    row = snapshot.table("city").to_pylist()[0]
    return Options(
        city_id=row["city_id"],
        tz=row["tz"],
        epsg=row["epsg"],
        source_id=source_id,
        bbox=tuple(row["bbox"]) if row["bbox"] else None,
        map=request.map,
        accept_matches=request.accept_matches,
        salt=city.salt(),
        known=_known(snapshot, source_id),
        allow_personal=bool(request.personal_reason),
    )


def _personal(findings: Findings, request: Request) -> None:
    """The personal-data scan stops and asks; a reason given is kept with the source."""
    found = [f for f in findings if f.rule.startswith("personal-")]
    if not found:
        return
    if not request.personal_reason:
        raise Refusal(
            "the files hold what looks like personal data.",
            findings,
            mend="Take those columns out, or say why they must stay with --accept-personal REASON.",
        )
    findings.soften("personal-", Severity.WARN)
    findings.note("personal-accepted", f"personal data accepted: {request.personal_reason}")


def _source_row(clinic: Clinic, request: Request, findings: Findings, staging: Staging) -> pa.Table:
    given = request.map.get("source", {})
    first, last = staging.span()
    row = {
        "source_id": clinic.source_id,
        "kind": clinic.kind,
        "title": request.title or given.get("title") or clinic.source_id,
        "uri": request.uri or given.get("uri") or ", ".join(clinic.files)[:2000],
        "licence": _licence(request, findings),
        "attribution": request.attribution or given.get("attribution"),
        "sha256": clinic.sha256,
        "imported_at": datetime.now(UTC),
        "valid_from": given.get("valid_from") or first,
        "valid_to": given.get("valid_to") or last,
        "nature": _nature(request, findings),
    }
    return pa.Table.from_pylist([row], schema=TABLES["source"].schema)


def _import(city: CityLake, request: Request, tell: Progress, *, keep: bool) -> Clinic:
    paths = _existing(request.paths)
    findings = Findings()
    kind = request.kind or request.map.get("kind")
    slice_ = _choose(paths, kind)
    source_id = source_name(paths, request.map, request.source_id)
    snapshot = city.newest()
    clinic = Clinic(
        city_id=city.city_id,
        source_id=source_id,
        kind=slice_.KIND,
        files=tuple(p.name for p in paths),
        sha256=digest(paths, slice_.KIND, request),
        status="examined",
        findings=findings,
    )
    if keep and _edition(snapshot, source_id) == clinic.sha256:
        return replace(clinic, status="unchanged", snapshot=snapshot.number)
    with staging() as staged:
        try:
            _read_all(slice_, paths, _options(city, snapshot, request, source_id), findings, staged, tell)
            _personal(findings, request)
            if not any(staged.counts.values()):
                raise Refusal(
                    "no row could be taken from these files.", findings, where=", ".join(clinic.files)
                )
            tell("checking", sum(staged.counts.values()))
            _unique(staged, findings)
            source = _source_row(clinic, request, findings, staged)
        except Refusal as refusal:
            clinic = replace(clinic, counts=dict(staged.counts))
            return replace(clinic, findings=refusal.findings, status="refused", reason=str(refusal))
        clinic = replace(clinic, counts=dict(staged.counts))
        if not keep:
            return clinic
        tell("keeping", sum(staged.counts.values()))
        published = city.commit(lambda draft: _write(draft, staged, source, findings, source_id))
    return replace(clinic, status="imported", snapshot=published.number)


def _edition(snapshot: Snapshot, source_id: str) -> str | None:
    for row in snapshot.table("source").to_pylist():
        if row["source_id"] == source_id:
            return str(row["sha256"])
    return None


def _write(draft: Draft, staging: Staging, source: pa.Table, findings: Findings, source_id: str) -> None:
    """Put the staged rows in place of the source's earlier edition, table by table."""
    for name in sorted(set(TABLES) - BOOKKEEPING):
        if staging.counts.get(name):
            draft.adopt(name, staging, source_id=source_id)
        elif name in draft.base.tables:
            draft.replace(name, TABLES[name].empty(), source_id=source_id)
    if staging.counts.get("zone") and not draft.base.city()["bbox"]:
        draft.delete("city", "city_id is not null")
        draft.append("city", _with_box(draft.base, staging))
    draft.replace("source", source, source_id=source_id)
    draft.replace("finding", findings.as_table(source_id), source_id=source_id)
    draft.replace("rejected", findings.rejected_table(source_id), source_id=source_id)


def _with_box(base: Snapshot, staging: Staging) -> pa.Table:
    """The city's row with the box of its first zones, so that later files can be held against it."""
    zones = staging.table("zone", ["geom_wkb"])
    box = shapely.total_bounds(shapely.from_wkb(zones.column("geom_wkb").to_numpy(zero_copy_only=False)))
    row = base.city() | {"bbox": [float(b) for b in box] if np.isfinite(box).all() else None}
    return pa.Table.from_pylist([row], schema=TABLES["city"].schema)


def _silent(_what: str, _rows: int) -> None:
    return


def examine(city: CityLake, request: Request, tell: Progress = _silent) -> Clinic:
    """Read the files and report (the clinic); nothing is kept. Refused files give status refused."""
    return _import(city, request, tell, keep=False)


def take(city: CityLake, request: Request, tell: Progress = _silent) -> Clinic:
    """Read the files and keep their rows: all or nothing over all tables.

    The same files again change nothing (status unchanged); other bytes under the same source name replace
    the earlier edition. A refused file changes nothing (status refused, with every finding).
    """
    return _import(city, request, tell, keep=True)

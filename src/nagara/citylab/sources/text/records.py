"""JSON as strings: an array of records, an object that holds one, JSON lines, GeoJSON features."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.clean import Cleaner, as_table
from nagara.citylab.sources.text.encoding import utf8
from nagara.citylab.sources.text.inflate import BLOCK, Limits, Stream
from nagara.citylab.sources.text.table import Chunks, TextTable

ROWS_A_CHUNK = 65_536
MOST_JSON = 512 << 20
Record = dict[str, Any]
_DESCRIPTIONS = {"fields", "columns", "links", "schema", "_links", "headers"}


def read_records(
    path: Path,
    findings: Findings,
    how: Mapping[str, Any],
    limits: Limits,
    form: str,
) -> TextTable:
    """See `read_text`. Columns are the keys met in the first 65,536 records.

    A JSON document is held in memory (at most 512 MiB); JSON lines are streamed.
    """
    cleaner = Cleaner(how, path.name, findings)
    source = utf8(path, findings, encoding=how.get("encoding"), limits=limits)
    found = (
        _from_lines(source, path.name, findings)
        if form == "lines"
        else _from_document(source, path.name, findings, how)
    )
    records = iter(found)
    first = [record for record, _ in zip(records, range(ROWS_A_CHUNK), strict=False)]
    names: dict[str, None] = {}
    for _, record in first:
        names.update(dict.fromkeys(record))
    if not names:
        findings.refuse("empty-file", "no records were found.", file=path.name)
        raise Refusal("no records were found.", findings, where=path.name, mend="Export it again.")
    return TextTable(path.name, list(names), _chunks(list(names), first, records, cleaner))


def _chunks(
    names: list[str], first: list[tuple[int, Record]], rest: Iterator[tuple[int, Record]], cleaner: Cleaner
) -> Chunks:
    batch, known = first, set(names)
    while batch:
        for start, run in _runs(batch):
            yield start, cleaner(as_table(names, [[r.get(n) for n in names] for r in run]), start)
        batch = [record for record, _ in zip(rest, range(ROWS_A_CHUNK), strict=False)]
        late = {key for _, record in batch for key in record if key not in known}
        if late:
            known |= late
            cleaner.findings.warn(
                "late-key",
                f"keys that only later records have were left out: {', '.join(sorted(late))}.",
                file=cleaner.file,
                count=len(late),
                mend="Give every record every key.",
            )


def _runs(batch: list[tuple[int, Record]]) -> Iterator[tuple[int, list[Record]]]:
    """Runs of records whose row numbers follow one another."""
    run: list[Record] = []
    start = batch[0][0]
    for row, record in batch:
        if run and row != start + len(run):
            yield start, run
            run, start = [], row
        run.append(record)
    yield start, run


def _from_lines(source: Iterable[bytes], file: str, findings: Findings) -> Iterator[tuple[int, Record]]:
    reader = io.TextIOWrapper(io.BufferedReader(Stream(iter(source)), BLOCK), "utf-8", "replace")
    row = 1
    for line in reader:
        if not line.strip():
            continue
        row += 1
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            record = error
        if isinstance(record, dict):
            yield row, flat(record)
        else:
            _reject(findings, file, row, line, "not a JSON object")


def _reject(findings: Findings, file: str, row: int, raw: str, reason: str) -> None:
    findings.refuse(
        "bad-record",
        "records that are not JSON objects were set aside.",
        file=file,
        row=row,
        example=raw,
        mend="Write each record as an object.",
    )
    findings.reject("bad-record", reason, file=file, row=row, raw=raw.rstrip("\r\n"))


def _from_document(
    source: Iterable[bytes], file: str, findings: Findings, how: Mapping[str, Any]
) -> Iterator[tuple[int, Record]]:
    held = bytearray()
    for block in source:
        held += block
        if len(held) > MOST_JSON:
            raise Refusal(
                f"a JSON document of more than {MOST_JSON >> 20} MiB.",
                findings,
                where=file,
                mend="Save it as JSON lines or CSV.",
            )
    try:
        document = json.loads(bytes(held))
    except (ValueError, RecursionError) as error:
        findings.refuse("not-json", f"the JSON is damaged ({error}).", file=file)
        raise Refusal(
            f"the JSON is damaged ({error}).", findings, where=file, mend="Fetch or export the file again."
        ) from error
    del held
    records = _with_names(_records_of(document, file, findings, how), file, findings, how)
    return _numbered(records, file, findings)


def _with_names(records: list[Any], file: str, findings: Findings, how: Mapping[str, Any]) -> list[Any]:
    """Records that are lists of cells, as objects: `[read] columns` names the cells, or `header_row = 1` says
    that the first record does. Raises Refusal where neither is said."""
    if not records or not all(isinstance(record, list) for record in records[:100]):
        return records
    names = [str(name) for name in how.get("columns", ())]
    if not names and how.get("header_row") == 1:
        names, records = [str(cell) for cell in records[0]], records[1:]
    if not names:
        mend = 'Name the cells: [read] columns = ["...", ...]; or header_row = 1 where the first list does.'
        example = json.dumps(records[0], ensure_ascii=False)[:200]
        findings.refuse("no-names", "records are lists without names.", file=file, row=2, example=example)
        raise Refusal("records are lists without names.", findings, where=file, mend=mend)
    fits = [isinstance(record, list) and len(record) == len(names) for record in records]
    return [dict(zip(names, r, strict=True)) if fit else r for r, fit in zip(records, fits, strict=True)]


def _numbered(records: list[Any], file: str, findings: Findings) -> Iterator[tuple[int, Record]]:
    for row, record in enumerate(records, 2):
        if isinstance(record, dict):
            yield row, _of_feature(record) if record.get("type") == "Feature" else flat(record)
        else:
            _reject(findings, file, row, json.dumps(record)[:500], "not a JSON object")


def _records_of(document: Any, file: str, findings: Findings, how: Mapping[str, Any]) -> list[Any]:
    path = str(how.get("records", ""))
    if path:
        document = _down(document, path.split("."), {})
        if not isinstance(document, list):
            raise Refusal(
                f"no list of records at {path!r}.", findings, where=file, mend="Correct [read] records."
            )
        return document
    if isinstance(document, list):
        return document
    lists = dict(_lists(document, "", 0))
    if len(lists) > 1:  # descriptions of columns are no records
        lists = {k: v for k, v in lists.items() if k.rsplit(".", 1)[-1] not in _DESCRIPTIONS}
    if len(lists) == 1:
        return next(iter(lists.values()))
    if "features" in lists and document.get("type") == "FeatureCollection":
        return lists["features"]
    if lists:
        raise Refusal(
            f"several lists of records: {', '.join(map(repr, lists))}.",
            findings,
            where=file,
            mend="Name the one to read in [read] records.",
        )
    findings.refuse("not-a-table", "the JSON holds no list of records.", file=file)
    raise Refusal(
        "the JSON holds no list of records.",
        findings,
        where=file,
        mend="Give an array of objects, or JSON lines.",
    )


def _down(value: Any, keys: list[str], carried: Record) -> Any:
    """What lies at the end of a path; through lists, every inner record with the plain values above it."""
    if isinstance(value, list) and (keys or carried):
        found: list[Any] = []
        for item in value:
            inner = _down(item, keys, carried) if keys else item
            found.extend(inner if isinstance(inner, list) and keys else [inner])
        return [{**carried, **item} if isinstance(item, dict) and not keys else item for item in found]
    if not keys:
        return value
    if not isinstance(value, dict):
        return None
    plain = {k: v for k, v in value.items() if not isinstance(v, (dict, list))}
    return _down(value.get(keys[0]), keys[1:], {**carried, **plain})


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects, with its path, down to four levels."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield path, value
    elif isinstance(value, dict) and depth < 4:
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{key}" if path else str(key), depth + 1)


def _of_feature(feature: Mapping[str, Any]) -> Record:
    """Properties of a GeoJSON feature, with id, and lon and lat of a point."""
    properties = feature.get("properties")
    record = flat(properties if isinstance(properties, dict) else {})
    if "id" in feature and "id" not in record:
        record["id"] = _text(feature["id"])
    geometry = feature.get("geometry")
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        place = geometry.get("coordinates")
        if isinstance(place, list) and len(place) >= 2:
            record.setdefault("lon", _text(place[0]))
            record.setdefault("lat", _text(place[1]))
    return record


def flat(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Record:
    """A record as flat text: inner objects become `outer.inner`, lists become JSON."""
    out: Record = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < 8:
            out.update(flat(value, f"{name}.", depth + 1))
        else:
            out[name] = _text(value)
    return out


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else json.dumps(value, ensure_ascii=False)

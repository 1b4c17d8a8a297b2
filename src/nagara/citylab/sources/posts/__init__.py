"""Posts: citizen reports and social posts, without the person. See docs/sources/posts.md.

Text is masked, authors are hashed and places are made coarse before a row leaves this slice; rows set aside
and examples in findings are masked as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.languages import languages
from nagara.citylab.privacy import mask, mask_text, pseudonyms
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.located import LAT_NAMES, LON_NAMES, coordinates
from nagara.citylab.sources.observations.timing import Timing
from nagara.citylab.sources.posts.placing import Placing
from nagara.citylab.sources.posts.plan import AUTHORS, TEXTS, TIMES, Plan, plan_of, section
from nagara.citylab.sources.posts.reading import Texts, as_array, read_files
from nagara.citylab.sources.text import peek
from nagara.citylab.sources.text.table import find_column
from nagara.citylab.sources.twins import Ids

KIND = "posts"
TITLE = "Citizen reports and social posts (CSV, JSON lines, GeoJSON, plain text)"
TABLES = ("post",)
OPTIONS = (
    "columns",
    "time",
    "place",
    "channel",
    "category",
    "language",
    "post",
    "attributes",
    "join",
    "read",
)

MICROSECONDS = pa.timestamp("us", tz="UTC")
WITHHELD = "[withheld: the row may name its author]"
DUMMY_FROM = 100
"""From so many posts on, one and the same label for all looks like a placeholder."""


def sniff(path: Path) -> Sniffed:
    """A table with a column of running text, and times, authors or places beside it."""
    seen = peek(path)
    if seen is None:
        return NO
    text = next((c for name in TEXTS if (c := find_column(name, seen.columns))), None)
    if text is None or not seen.rows.num_rows:
        return NO
    length = pc.mean(pc.utf8_length(seen.rows.column(text))).as_py() or 0
    beside = sum(
        any(find_column(n, seen.columns) for n in names) for names in (TIMES, AUTHORS, LON_NAMES, LAT_NAMES)
    )
    if length < 12:
        return NO
    return Sniffed(0.6 if beside else 0.4, f"column {text!r} holds running text")


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Rows of the table `post`. Raises Refusal where time zone, zone level or salt must be asked for."""
    plan: Plan | None = None
    labels: Counter[str | None] = Counter()
    try:
        ids = Ids(findings, column="id")
        for texts in read_files(paths, options, findings):
            plan = plan_of(texts.columns, texts.file, options, findings)
            _tell_of_authors(plan, texts, findings)
            placing = Placing(plan, texts.file, options, findings)
            timing = Timing(plan.clock, texts.file, findings) if plan.clock else None
            rows = 0
            for first, chunk in texts.chunks:
                rows += chunk.num_rows
                table = _posts(chunk, first, texts.file, plan, timing, placing, ids, options, findings)
                labels.update(Counter(table["category"].to_pylist()))
                yield "post", table
            _tell_of_labels(labels, texts.file, plan, findings)
            if not rows:
                findings.warn("no-rows", "the file has a header and no posts.", file=texts.file)
    finally:
        _hide_people(findings, plan, options)


def _posts(
    chunk: pa.Table,
    first: int,
    file: str,
    plan: Plan,
    timing: Timing | None,
    placing: Placing,
    ids: Ids,
    options: Options,
    findings: Findings,
) -> pa.Table:
    """One chunk of posts, masked, hashed and made coarse."""
    text = mask(as_array(chunk, plan.text))
    lon, lat = coordinates(chunk, (plan.lon, plan.lat, plan.point), file, first, options, findings)
    place = placing.place(lon, lat, as_array(chunk, plan.zone), file=file, first_row=first)
    author = pa.nulls(chunk.num_rows, pa.string())
    if plan.author is not None:
        author = pseudonyms(as_array(chunk, plan.author), salt=options.salt, city_id=options.city_id)
    columns = {
        "ts": _times(chunk, timing, first, findings),
        "channel": _channel(chunk, plan),
        "lang": _lang(chunk, text, plan),
        "text": text,
        "author_hash": author,
        **place,
        "category": _category(chunk, file, plan),
        "attributes": _attributes(chunk, plan),
    }
    table = pa.table(columns)
    given = as_array(chunk, plan.id)
    personal = pc.fill_null(pc.match_substring(given, "@"), False)
    if plan.hash_id or (options.salt and pc.any(personal).as_py()):
        hashed = pseudonyms(given, salt=options.salt, city_id=options.city_id, role="post")
        given = hashed if plan.hash_id else pc.if_else(personal, hashed, given)
    elif pc.any(personal).as_py():
        given = pc.if_else(personal, pa.scalar(None, pa.string()), given)
    names, keep = _ids(table, given, file, first, ids, findings)
    return table.add_column(0, "post_id", names).filter(keep)


def _ids(
    table: pa.Table, given: pa.Array, file: str, first: int, ids: Ids, findings: Findings
) -> tuple[pa.Array, pa.Array]:
    """An id for each post, and which are kept: not twins of the same id, not rows that say nothing."""
    says = pc.or_(table["text"].is_valid(), pc.or_(table["h3"].is_valid(), table["zone_id"].is_valid()))
    rows = table.to_pylist()
    names: list[str | None] = []
    for i, (row, name, useful) in enumerate(zip(rows, given.to_pylist(), says.to_pylist(), strict=True)):
        if not useful:
            reason = "rows with neither text nor place say nothing."
            findings.refuse("empty-post", reason, file=file, row=first + i)
            raw = json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str)
            findings.reject("empty-post", reason, file=file, row=first + i, raw=raw)
            names.append(None)
        elif name is None:
            names.append(f"{file}:{first + i}")
        else:
            content = tuple(None if v is None else str(v) for v in row.values())
            names.append(ids.take(file, first + i, name, content))
    empty = pc.sum(table["text"].is_null()).as_py() or 0
    findings.note("no-text", "posts without text are kept.", file=file, count=empty)
    return pa.array(names, pa.string()), pa.array([n is not None for n in names])


def _times(chunk: pa.Table, timing: Timing | None, first: int, findings: Findings) -> pa.Array:
    if timing is None:
        return pa.nulls(chunk.num_rows, MICROSECONDS)
    timed = timing.read(chunk, first)
    column = timing.clock.columns[0]
    for rows, rule, text in (
        (timed.bad, "bad-time", "times that cannot be read; the posts are kept without."),
        (timed.missing, "no-time", "posts without a time are kept."),
    ):
        if rows.any():
            at = int(rows.nonzero()[0][0])
            findings.warn(rule, text, file=timing.file, row=first + at, column=column, count=int(rows.sum()))
    unknown = timed.bad | timed.missing
    return pa.array(timed.ts, pa.int64(), mask=unknown).cast(pa.timestamp("us")).cast(MICROSECONDS)


def _channel(chunk: pa.Table, plan: Plan) -> pa.Array:
    if plan.channel_value is not None:
        return pa.repeat(pa.scalar(plan.channel_value), chunk.num_rows)
    return mask(as_array(chunk, plan.channel))


def _lang(chunk: pa.Table, text: pa.Array, plan: Plan) -> pa.Array:
    """The language as the source says, as the mapping file says, else as the text tells."""
    if plan.lang_value is not None:
        return pc.if_else(text.is_valid(), pa.scalar(plan.lang_value), pa.scalar(None, pa.string()))
    told = languages(text, expected=plan.expected)
    if plan.lang is None:
        return told
    said = pc.utf8_lower(as_array(chunk, plan.lang))
    said = pc.replace_substring_regex(said, r"^([a-z]{2,3})([-_].*)?$", r"\1")
    said = pc.replace_substring_regex(said, "^in$", "id")
    fits = pc.fill_null(pc.match_substring_regex(said, "^[a-z]{2,3}$"), False)
    return pc.if_else(pc.and_(fits, pc.not_equal(said, "und")), said, told)


def _category(chunk: pa.Table, file: str, plan: Plan) -> pa.Array:
    if plan.category_by_file:
        return pa.repeat(pa.scalar(plan.category_by_file.get(file), pa.string()), chunk.num_rows)
    if plan.category_value is not None:
        return pa.repeat(pa.scalar(plan.category_value), chunk.num_rows)
    words = mask(as_array(chunk, plan.category))
    if not plan.category_values:
        return words
    return pa.array([plan.category_values.get(w, w) if w else None for w in words.to_pylist()], pa.string())


def _attributes(chunk: pa.Table, plan: Plan) -> pa.Array:
    """The columns that `[attributes] keep` names, masked, as JSON objects."""
    if not plan.attributes:
        return pa.nulls(chunk.num_rows, pa.string())
    masked = {name: mask(as_array(chunk, name)).to_pylist() for name in plan.attributes}
    records = [dict(zip(masked, values, strict=True)) for values in zip(*masked.values(), strict=True)]
    kept = [{k: v for k, v in record.items() if v is not None} for record in records]
    return pa.array([json.dumps(r, ensure_ascii=False) if r else None for r in kept], pa.string())


def _tell_of_authors(plan: Plan, texts: Texts, findings: Findings) -> None:
    if plan.author is None:
        findings.note(
            "no-authors",
            "the feed has no authors: each report counts as one, and results say so.",
            file=texts.file,
        )
    if plan.unused_author is not None:
        findings.note(
            "author-left-out",
            f"column {plan.unused_author!r} looks like the author; it is not kept.",
            file=texts.file,
            column=plan.unused_author,
            mend='Say [columns] author = "..." to count authors by their hash.',
        )


def _tell_of_labels(labels: Counter[str | None], file: str, plan: Plan, findings: Findings) -> None:
    """A column of categories that says the same of every post is a placeholder, e.g. hidden test labels."""
    if plan.category is not None and len(labels) == 1 and labels.total() >= DUMMY_FROM and None not in labels:
        findings.warn(
            "one-category",
            "every post has the same category: are these placeholder labels?",
            file=file,
            column=plan.category,
            count=labels.total(),
            example=next(iter(labels)) or "",
            mend="Do not score against them.",
        )


def _hide_people(findings: Findings, plan: Plan | None, options: Options) -> None:
    """Mask what readers wrote about rows: raw rows set aside, and examples.

    A whole row may hold the author's name, which no pattern finds: then it is withheld (file and row stay).
    """
    author = plan.author or plan.unused_author if plan else section(options, "columns").get("author")
    ours = {"empty-post"}
    findings.rejected = [
        replace(row, raw=mask_text(row.raw) if row.rule in ours or not author else WITHHELD)
        for row in findings.rejected
    ]
    found = list(findings)
    findings._found.clear()
    findings.extend(
        replace(f, example="" if author and f.column in ("", author) else mask_text(f.example)) for f in found
    )

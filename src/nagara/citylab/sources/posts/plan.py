"""What a mapping file says about posts: which column means what, and what must be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nagara.citylab.calendars import UnknownZone, zone_of
from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.located import LAT_NAMES, LON_NAMES
from nagara.citylab.sources.observations.plan import Clock
from nagara.citylab.sources.text.table import find_column

TEXTS = (
    *(
        "text",
        "tweet_text",
        "tweettext",
        "full_text",
        "content",
        "message",
        "comment",
        "review",
        "body",
        "post",
    ),
    *("description", "complaint", "isi", "isi_laporan", "laporan", "keluhan", "teks", "komentar", "noi_dung"),
    *("ข้อความ", "เนื้อหา", "รายละเอียด", "nội dung"),
)
IDS = ("id", "post_id", "tweet_id", "ticket_id", "report_id", "pkey", "id_str", "status_id")
TIMES = (
    *("created_at", "timestamp", "time", "datetime", "date", "created", "posted_at", "reported_at"),
    *("tanggal", "waktu", "วันที่", "ngày", "ts"),
)
AUTHORS = (
    *(
        "author",
        "author_id",
        "user",
        "user_id",
        "username",
        "user_name",
        "screen_name",
        "from_user",
        "handle",
    ),
    *("reporter", "pelapor", "user.screen_name", "user.id"),
)
LANGS = ("lang", "language", "bahasa", "ภาษา")


@dataclass(frozen=True)
class Plan:
    """Columns by meaning (None where the file has none), and the sections of the mapping file."""

    text: str | None
    id: str | None
    time: str | None
    author: str | None
    lon: str | None
    lat: str | None
    zone: str | None
    lang: str | None
    channel: str | None
    category: str | None
    point: str | None
    unused_author: str | None
    clock: Clock | None
    attributes: tuple[str, ...] = ()
    channel_value: str | None = None
    lang_value: str | None = None
    expected: tuple[str, ...] = ()
    hash_id: bool = False
    category_value: str | None = None
    category_values: Mapping[str, str] = field(default_factory=dict)
    category_by_file: Mapping[str, str] = field(default_factory=dict)

    @property
    def located(self) -> bool:
        return self.point is not None or (self.lon is not None and self.lat is not None)


def section(options: Options, name: str) -> Mapping[str, Any]:
    found = options.map.get(name, {})
    return found if isinstance(found, Mapping) else {}


def refusal(rule: str, what: str, mend: str, file: str, findings: Findings) -> Refusal:
    findings.refuse(rule, what, file=file, mend=mend)
    return Refusal(what, findings, where=file, mend=mend)


def plan_of(columns: Sequence[str], file: str, options: Options, findings: Findings) -> Plan:
    """The plan for a file with these columns. Raises Refusal where something must be asked."""
    said = section(options, "columns")

    def column(meaning: str, usual: Sequence[str] = ()) -> str | None:
        if meaning in said:
            return _named(str(said[meaning]), columns, file, findings)
        return next((c for name in usual if (c := _usual(name, columns))), None)

    text, category = column("text", TEXTS), column("category")
    if text is None:
        listed = ", ".join(map(repr, columns))
        what = f"no column of text is known; the file has {listed}."
        raise refusal("no-text-column", what, 'Say [columns] text = "...".', file, findings)
    author = column("author")
    lon, lat = column("lon", LON_NAMES), column("lat", LAT_NAMES)
    point = column("point")
    lang, kinds, channel = (
        section(options, "language"),
        section(options, "category"),
        section(options, "channel"),
    )
    time = column("time", TIMES)
    plan = Plan(
        text=text,
        id=column("id", IDS),
        time=time,
        author=author,
        lon=lon if lat and not point else None,
        lat=lat if lon and not point else None,
        zone=column("zone"),
        lang=column("lang", LANGS if not lang else ()),
        channel=column("channel"),
        category=category,
        point=point,
        unused_author=None if author else next((c for name in AUTHORS if (c := _usual(name, columns))), None),
        clock=_clock(time, options, file, findings),
        attributes=_attributes(options, columns, author, file, findings),
        channel_value=_text(channel.get("value")),
        lang_value=_text(lang.get("value")),
        expected=tuple(str(code) for code in lang.get("expected", ())),
        hash_id=bool(section(options, "post").get("hash_id", False)),
        category_value=_text(kinds.get("value")),
        category_values={str(k): str(v) for k, v in kinds.get("values", {}).items()},
        category_by_file={str(k): str(v) for k, v in kinds.get("by_file", {}).items()},
    )
    _ask_for_salt(plan, options, file, findings)
    return plan


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _named(name: str, columns: Sequence[str], file: str, findings: Findings) -> str:
    found = find_column(name, columns)
    if found is None:
        what = f"no column {name!r}; the file has {', '.join(map(repr, columns))}."
        raise refusal("missing-column", what, "Correct [columns] in the mapping file.", file, findings)
    return found


def _usual(name: str, columns: Sequence[str]) -> str | None:
    plain = name.replace("_", "")
    like = [c for c in columns if "".join(c.casefold().split()).replace("_", "").replace("-", "") == plain]
    return like[0] if len(like) == 1 else find_column(name, columns)


def _clock(time: str | None, options: Options, file: str, findings: Findings) -> Clock | None:
    """How the times are written, from `[time]`; "city" is the city's own zone."""
    if time is None:
        return None
    said = section(options, "time")
    zone = options.tz if said.get("tz") == "city" else said.get("tz")
    if zone is not None:
        try:
            zone_of(str(zone))
        except UnknownZone as error:
            raise refusal("unknown-time-zone", error.what, error.mend, file, findings) from error
    formats = said.get("format")
    listed = (formats,) if isinstance(formats, str) else tuple(formats or ())
    return Clock((time,), None, listed or None, zone, str(said.get("calendar", "")).replace("gregorian", ""))


def _attributes(
    options: Options, columns: Sequence[str], author: str | None, file: str, findings: Findings
) -> tuple[str, ...]:
    """Columns kept as attributes: those that `[attributes] keep` names, and never a place or a person."""
    kept = []
    for name in section(options, "attributes").get("keep", ()):
        column = _named(str(name), columns, file, findings)
        plain = column.casefold()
        if column == author or plain in (*LON_NAMES, *LAT_NAMES, *AUTHORS):
            mend = "Take it out of [attributes] keep."
            what = f"column {column!r} names a person or an exact place: it is not kept."
            raise refusal("personal-attribute", what, mend, file, findings)
        kept.append(column)
    return tuple(kept)


def _ask_for_salt(plan: Plan, options: Options, file: str, findings: Findings) -> None:
    if (plan.author or plan.hash_id) and not options.salt:
        what = "authors must be hashed, but the city has no salt."
        mend = "Add the city with `nagara add-city`, which gives it one; or take the author out of [columns]."
        raise refusal("no-salt", what, mend, file, findings)

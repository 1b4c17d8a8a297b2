"""Evidence that the City Lab computes for some questions. It stands beside the question with its value, its
date and where it comes from; it never answers for the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.urls import reverse

from nagara.campus.cities.indicators import CityIndicator, overview
from nagara.campus.cities.lakes import Place
from nagara.citylab.lake.licences import UNKNOWN, recognise

OPEN_KINDS = frozenset({"gtfs", "gtfs-realtime", "sensorthings", "osm", "geojson", "netcdf", "gbfs"})
"""Kinds of import that are open standards."""
FRESH = 365
"""Days after its last day for which a dataset counts as up to date."""
SEEN = 30


@dataclass(frozen=True)
class Computed:
    """One piece: what, how much (empty where it cannot be said: `detail` says why), when, where."""

    name: str
    title: str
    value: str
    detail: str = ""
    day: date | None = None
    url: str = ""
    simulated: bool = False


def computed(place: Place, today: date) -> dict[str, Computed]:
    """All pieces of a city by name. A city without data gets none."""
    if place.snapshot is None or not place.sources:
        return {}
    simulated = place.simulated
    found = place.fact(f"readiness:{today}", lambda: [make(place, today) for make in _MAKERS])
    return {c.name: _labelled(c) if simulated else c for c in found}


def _labelled(piece: Computed) -> Computed:
    return Computed(piece.name, piece.title, piece.value, piece.detail, piece.day, piece.url, True)


def _data_page(place: Place) -> str:
    return reverse("city", args=[place.slug]) + "#data"


def _newest(place: Place) -> date | None:
    days = [_day(row["imported_at"]) for row in place.sources if row["imported_at"]]
    return max((day for day in days if day), default=None)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10]) if value else None


def _datasets(place: Place, today: date) -> Computed:
    known = sum(recognise(row["licence"]) != UNKNOWN for row in place.sources)
    return Computed(
        "datasets",
        "Datasets with a licence",
        f"{known} of {len(place.sources)}",
        "Licences that are recognised by name.",
        _newest(place),
        _data_page(place),
    )


def _fresh(place: Place, today: date) -> Computed:
    ends = [_day(row["valid_to"]) for row in place.sources]
    dated = [end for end in ends if end]
    new = sum(end >= today - timedelta(days=FRESH) for end in dated)
    value = f"{new} of {len(dated)}" if dated else ""
    undated = len(ends) - len(dated)
    detail = f"Up to date: the data speak of a day in the last {FRESH} days."
    if undated:
        detail += f" {undated} say of no day."
    return Computed(
        "fresh", "Datasets up to date", value, detail, max(dated, default=None), _data_page(place)
    )


def _rows(place: Place, name: str) -> int:
    assert place.snapshot is not None
    return place.snapshot.rows(name) if name in place.snapshot.tables else 0


def _layers(place: Place, today: date) -> Computed:
    words = {"zone": "boundaries", "street_edge": "streets", "area": "areas", "place": "places"}
    there = [said for name, said in words.items() if _rows(place, name)]
    missing = [said for said in words.values() if said not in there]
    detail = f"Missing: {', '.join(missing)}." if missing else "All of them."
    return Computed("layers", "Base map layers", ", ".join(there), detail, _newest(place), _data_page(place))


def _population(place: Place, today: date) -> Computed:
    title = "Population below city level"
    if not _rows(place, "population"):
        return Computed("population", title, "", "There is no population table.", None, _data_page(place))
    row = place.ask(
        "select unit_kind, count(distinct unit_id) as units, max(date) as day, "
        "count(distinct group_id) as groups from population group by unit_kind order by units desc limit 1",
        over=["population"],
    ).to_pylist()[0]
    value = f"{row['units']:,} units ({row['unit_kind']})"
    detail = f"{row['groups']} groups of sex and age." if row["groups"] > 1 else "Total only, no sex or age."
    return Computed("population", title, value, detail, _day(row["day"]), _table_page(place, "population"))


def _table_page(place: Place, name: str) -> str:
    return reverse("table", args=[place.slug, name])


def _timetable(place: Place, today: date) -> Computed:
    title = "Timetable of public transport"
    if not _rows(place, "service_day"):
        return Computed("timetable", title, "", "There is no timetable.", None, _data_page(place))
    last = place.ask("select max(day) as day from service_day", over=["service_day"]).to_pylist()[0]["day"]
    value = "valid" if last >= today else "expired"
    detail = f"Its last day is {last:%d %b %Y}.".replace(" 0", " ")
    return Computed("timetable", title, value, detail, last, _table_page(place, "service_day"))


def _map(place: Place, today: date) -> Computed:
    title = "Zones with a mapped place"
    if not (_rows(place, "zone") and _rows(place, "place")):
        return Computed("map", title, "", "This needs boundaries and places.", None, _data_page(place))
    row = place.ask(
        "with low as (select zone_id from zone where level = (select max(level) from zone)) "
        "select count(*) as zones, count(*) filter (where zone_id in (select zone_id from place)) as mapped "
        "from low",
        over=["zone", "place"],
    ).to_pylist()[0]
    share = 100 * row["mapped"] / row["zones"]
    detail = f"{row['mapped']:,} of {row['zones']:,} zones of the lowest level: a hint how full it is."
    return Computed("map", title, f"{share:.0f} %", detail, _newest(place), _table_page(place, "place"))


def _sensors(place: Place, today: date) -> Computed:
    title = f"Sensors seen in the last {SEEN} days"
    if not _rows(place, "observation"):
        return Computed("sensors", title, "0", "There are no sensor data.", None, _data_page(place))
    row = place.ask(
        "select max(ts) as last, count(distinct datastream_id) as streams, "
        "count(distinct datastream_id) filter (where ts >= $since) as seen from observation",
        {"since": datetime.combine(today, datetime.min.time(), UTC) - timedelta(days=SEEN)},
        over=["observation"],
    ).to_pylist()[0]
    detail = f"Datastreams with a value since then; {row['streams']:,} have ever had one."
    page = _table_page(place, "observation")
    return Computed("sensors", title, f"{row['seen']:,}", detail, _day(row["last"]), page)


def _of_the_city(place: Place) -> list[CityIndicator]:
    """Indicators of the registry that runs computed for the city as a whole."""
    return [row for theme in overview(place).themes for row in theme.rows]


def _uptime(place: Place, today: date) -> Computed:
    title = "Uptime of sensors"
    found = next((i for i in _of_the_city(place) if i.indicator == "I16"), None)
    if found is None or found.value is None:
        why = found.reason if found and found.reason else "Run the recipe sensor-qa to know it."
        return Computed("uptime", title, "", why, None, reverse("recipe", args=["sensor-qa"]))
    page = reverse("run", args=[place.slug, found.run_id])
    detail = "Received over expected values."
    return Computed("uptime", title, f"{found.value:.0f} %", detail, _day(found.started), page)


def _open_feeds(place: Place, today: date) -> Computed:
    kinds = [str(row["kind"]) for row in place.sources]
    n = sum(kind in OPEN_KINDS for kind in kinds)
    return Computed(
        "open_feeds",
        "Sources in an open standard",
        f"{n} of {len(kinds)}",
        "Such as GTFS, SensorThings, OpenStreetMap.",
        _newest(place),
        _data_page(place),
    )


def _indicators(place: Place, today: date) -> Computed:
    this_year = [i for i in _of_the_city(place) if i.started.year == today.year and i.value is not None]
    last = max((i.started for i in this_year), default=None)
    page = reverse("city", args=[place.slug]) + "#indicators"
    detail = "Indicators of the whole city that a recipe computed, each with its evidence."
    return Computed("indicators", "Indicators this year", str(len(this_year)), detail, _day(last), page)


def _runs(place: Place, today: date) -> Computed:
    title, page = "Analyses this year", reverse("runs", args=[place.slug])
    if not _rows(place, "run"):
        return Computed("runs", title, "0", "No recipe has run.", None, page)
    row = place.ask(
        "select count(*) filter (where not lab) as n, count(*) filter (where lab) as labs, "
        "count(distinct recipe) filter (where not lab) as recipes, max(started) as last "
        "from (select started, recipe, recipe like 'lab:%' as lab from run "
        "where status = 'done' and year(started) = $year)",
        {"year": today.year},
        over=["run"],
    ).to_pylist()[0]
    detail = f"Runs of {row['recipes']} recipes, from which decision briefs are made."
    if row["labs"]:
        detail += f" Beside them {row['labs']:,} labs were worked on these tables."
    return Computed("runs", title, f"{row['n']:,}", detail, _day(row["last"]), page)


def _alarms(place: Place, today: date) -> Computed:
    title, page = "Alarm timelines this year", reverse("recipe", args=["early-warning"])
    why = "Run the recipe early-warning: it says when an alarm would have sounded."
    if not _rows(place, "run"):
        return Computed("alarms", title, "0", why, None, page)
    row = place.ask(
        "select count(*) as n, max(started) as last, max_by(run_id, started) as run_id from run "
        "where recipe = 'early-warning' and status = 'done' and year(started) = $year",
        {"year": today.year},
        over=["run"],
    ).to_pylist()[0]
    if not row["n"]:
        return Computed("alarms", title, "0", why, None, page)
    page = reverse("run", args=[place.slug, row["run_id"]])
    detail = "Thresholds tried on the city's own record; the link leads to the newest."
    return Computed("alarms", title, str(row["n"]), detail, _day(row["last"]), page)


def _clinic(place: Place, today: date) -> Computed:
    """What the import clinic said: every import is checked, and the findings are there to read."""
    title = "Imports checked by the clinic"
    found = ""
    if _rows(place, "finding"):
        row = place.ask(
            "select count(*) filter (where severity = 'repair') as mended, "
            "count(*) filter (where severity = 'warn') as warned from finding",
            over=["finding"],
        ).to_pylist()[0]
        found = f" {row['mended']:,} findings were repaired, {row['warned']:,} stand as warnings."
    detail = f"Each import is read row by row; its report is on the source's page.{found}"
    return Computed("clinic", title, str(len(place.sources)), detail, _newest(place), _data_page(place))


def _lessons(place: Place, today: date) -> Computed:
    """Lessons of the open curriculum whose examples the city's own tables carry."""
    from nagara.citylab.lessons import modules
    from nagara.citylab.lessons.computing import count

    assert place.snapshot is not None
    snapshot = place.snapshot
    every = [lesson for module in modules().values() for lesson in module.lessons]
    met = {need: count(need, snapshot) >= need.min_rows for lesson in every for need in lesson.needs}
    carried = sum(all(met[need] for need in lesson.needs) for lesson in every)
    short = sorted({need.table for need, ok in met.items() if not ok})
    detail = f"For the others it lacks rows of {', '.join(short)}." if short else "It has all that they need."
    value = f"{carried} of {len(every)}"
    title = "Lessons that run on the city's own data"
    return Computed("lessons", title, value, detail, _newest(place), _data_page(place))


_MAKERS: tuple[Callable[[Place, date], Computed], ...] = (
    _datasets,
    _fresh,
    _layers,
    _population,
    _timetable,
    _map,
    _sensors,
    _uptime,
    _open_feeds,
    _indicators,
    _runs,
    _alarms,
    _clinic,
    _lessons,
)

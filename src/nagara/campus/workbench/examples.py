"""First questions that a city's tables can answer: something to press Run on, and to change."""

from __future__ import annotations

from dataclasses import dataclass

from nagara.campus.cities.lakes import Place


@dataclass(frozen=True)
class Example:
    """A question in words and in SQL, and the tables that it needs."""

    key: str
    title: str
    needs: tuple[str, ...]
    sql: str


EXAMPLES = (
    Example(
        "departures",
        "Departures by hour of the day",
        ("stop_time",),
        "select dep_s // 3600 as hour, count(*) as departures\nfrom stop_time\nwhere dep_s is not null\n"
        "group by hour\norder by hour",
    ),
    Example(
        "places",
        "Places by category",
        ("place",),
        "select category, count(*) as places\nfrom place\ngroup by category\norder by places desc",
    ),
    Example(
        "observations",
        "Highest value of each day, in the city's own time",
        ("observation", "datastream"),
        "select date_trunc('day', o.ts + to_seconds(c.offset_s)) as day, o.datastream_id,\n"
        "  max(o.value) as highest\n"
        "from observation o\njoin clock c on o.ts >= c.start_ts and o.ts < c.end_ts\n"
        "where o.quality in (1, 2)\n"
        "  and o.datastream_id in (select min(datastream_id) from datastream)\n"
        "group by day, o.datastream_id\norder by day",
    ),
    Example(
        "stops",
        "Stops on the map",
        ("stop",),
        "select stop_id, name, lon, lat\nfrom stop\nwhere lon is not null\norder by stop_id\nlimit 500",
    ),
    Example(
        "people",
        "People by zone, on the map",
        ("population",),
        "select unit_id as zone_id, max_by(n, date) as people\nfrom population\n"
        "where unit_kind = 'zone' and group_id = 'total'\ngroup by unit_id\norder by people desc",
    ),
)


def examples_for(place: Place) -> list[Example]:
    """Those whose tables the city has."""
    there = {facts.table.name for facts in place.tables}
    return [example for example in EXAMPLES if there.issuperset(example.needs)]

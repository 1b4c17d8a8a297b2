"""A rule is judged on days that the learner's tables do not hold: before and after those shown."""

from collections.abc import Callable
from datetime import datetime

from nagara.citylab import labs
from nagara.citylab.engine import session
from nagara.citylab.lake import CityLake
from nagara.citylab.sandbox import ask


def span(city: CityLake, prepared: labs.Prepared, table: str) -> tuple[datetime, datetime]:
    catalogue = labs.catalogue_of(city, prepared)
    said = ask(catalogue, f"select min(ts) as first, max(ts) as last from {table}", seconds=20)
    assert said.status == "done", said.problem
    first, last = said.rows[0]
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def test_the_tables_end_where_the_test_begins(
    demo: CityLake, prepared_on_demo: Callable[..., labs.Prepared]
) -> None:
    prepared = prepared_on_demo("m07-standard", "s1")
    until = labs.seen_until(prepared)
    for table in ("observation", "seen"):
        first, last = span(demo, prepared, table)
        assert last.replace(tzinfo=until.tzinfo) < until
        assert first.replace(tzinfo=until.tzinfo) >= labs.seen_from(prepared)


def test_the_greatest_event_is_among_the_days_not_shown(
    demo: CityLake, prepared_on_demo: Callable[..., labs.Prepared]
) -> None:
    prepared = prepared_on_demo("m07-standard", "s1")
    highest = """
        select arg_max(o.ts, o.value) as at from observation as o
        join datastream as d on d.datastream_id = o.datastream_id where d.thing_id = 'gate-6'
    """
    seen = demo.newest()
    with session({name: seen.files(name) for name in ("observation", "datastream")}) as opened:
        at = opened.sql(highest).to_pylist()[0]["at"]
    until = labs.seen_until(prepared)
    assert at.replace(tzinfo=until.tzinfo) >= until

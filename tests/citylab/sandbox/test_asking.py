"""What an honest learner gets: rows, types, limits, and errors in plain words with their place."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from citylab.sandbox.small_city import START, observations, stops
from nagara.citylab.errors import CityLabError
from nagara.citylab.sandbox import Catalogue, Pool, TableFiles


def test_rows_come_as_plain_json(pool: Pool, city: Catalogue) -> None:
    answer = pool.ask(city, "select stop_id, lon, h3, 1.5::decimal(4, 1) as d from stop order by 1 limit 1")
    assert answer.status == "done"
    assert answer.columns == [
        ("stop_id", "VARCHAR"),
        ("lon", "DOUBLE"),
        ("h3", "BIGINT"),
        ("d", "DECIMAL(4,1)"),
    ]
    assert answer.rows == [["s000", 106.8, "623352960637337599", 1.5]]


def test_times_are_utc_and_the_clock_gives_the_citys_own(pool: Pool, city: Catalogue) -> None:
    answer = pool.ask(
        city,
        "select ts, ts + to_seconds(offset_s) as here from observation join clock"
        " on ts >= start_ts and ts < end_ts order by ts limit 1",
    )
    assert answer.rows == [["2026-09-01T00:00:00Z", "2026-09-01T07:00:00Z"]]


def test_more_rows_than_the_limit_are_cut_and_said_so(pool: Pool, city: Catalogue) -> None:
    answer = pool.ask(city, "select i from range(100000000000) t(i)", limit=7)
    assert (answer.row_count, answer.truncated) == (7, True)
    exact = pool.ask(city, "select i from range(7) t(i)", limit=7)
    assert (exact.row_count, exact.truncated) == (7, False)


def test_explain_shows_the_plan_without_paths(pool: Pool, city: Catalogue) -> None:
    answer = pool.ask(city, "select name from stop where lon > 1", explain=True)
    assert answer.status == "done"
    assert "/tmp" not in str(answer.rows)


@pytest.mark.parametrize(
    ("sql", "problem", "mend", "line", "column"),
    [
        ("select nam,\n lon from stop", "There is no column nam here.", "Did you mean name?", 1, 8),
        ("select lon\nfrom stops", "There is no table stops here.", "Did you mean stop?", 2, 6),
        ("select\n foo(lon) from stop", "There is no function foo().", "Did you mean floor?", 2, 2),
        ("selec 1", "This is not SQL near 'selec'.", "Look at the word before it too.", 1, 1),
        (
            "select 'é', getenv('HOME')",
            "The function getenv() is not for here.",
            "Functions that compute from columns are all there.",
            1,
            13,
        ),
    ],
)
def test_an_error_says_what_where_and_how_to_mend(
    pool: Pool, city: Catalogue, sql: str, problem: str, mend: str, line: int, column: int
) -> None:
    answer = pool.ask(city, sql)
    found = (answer.status, answer.problem, answer.mend, answer.line, answer.column)
    assert found == ("refused", problem, mend, line, column)


def test_rows_of_hidden_sources_and_after_the_cut_are_not_in_the_files(pool: Pool) -> None:
    cut = Catalogue(
        "kota",
        1,
        "UTC",
        {
            "stop": TableFiles(arrow=stops(), hidden_sources=("closed",)),
            "observation": TableFiles(arrow=observations(), until=START + timedelta(hours=5)),
            "found": TableFiles(
                arrow=pa.table({"starts": [START, START + timedelta(days=9)]}),
                canonical=False,
                until=START + timedelta(hours=5),
            ),
        },
    )
    asked = "select (select count(*) from stop), (select max(value) from observation), (select count(*) from found)"
    assert pool.ask(cut, asked).rows == [[20, 4.0, 1]]


def test_a_table_without_rows_has_its_columns(pool: Pool) -> None:
    empty = Catalogue("kota", 1, "UTC", {"trip": TableFiles()})
    assert pool.ask(empty, "select count(trip_id) as n from trip").rows == [[0]]
    assert ("metres", "number") in empty.columns("trip")


def test_a_name_that_is_no_name_is_refused() -> None:
    with pytest.raises(CityLabError, match="cannot be a table's name"):
        Catalogue("kota", 1, "UTC", {'x" as select': TableFiles()})

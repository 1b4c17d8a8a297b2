"""transit-service: equal to an outside oracle on two cities, to hand counts, and to itself everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.evidence import Computed, compute
from nagara.citylab.findings import Findings
from nagara.citylab.recipes import Context, load
from nagara.citylab.recipes.subset import check_recipe
from nagara.citylab.sources import Options, gtfs
from nagara.citylab.tables import TABLES, conform

CONTEXT = Context("city", "City", "Asia/Jakarta", 32748)
CITIES = {
    "bandung": ("bandung/gtfs_2025/gtfs.zip", "2025-10-15"),
    "bogor": ("bogor/gtfs_angkot/gtfs.zip", "2019-10-16"),
    "singapore": ("singapore/gtfs_2018", "2018-05-16"),
    "transjakarta": ("jakarta/gtfs_transjakarta_2025", "2025-10-15"),
}


@cache
def tables_of(path: Path) -> dict[str, pa.Table]:
    parts: dict[str, list[pa.Table]] = {}
    for name, table in gtfs.read([path], Options("city", "Asia/Jakarta", 32748, "feed"), Findings()):
        parts.setdefault(name, []).append(conform(name, table, source_id="feed"))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


@cache
def computed(path: Path, *params: tuple[str, Any]) -> Computed:
    return compute(load("transit-service"), tables_of(path), CONTEXT, dict(params))


def numbers(done: Computed, kind: str = "city") -> dict[Any, Any]:
    """Rows of one kind of unit: by indicator for the city, by (unit, indicator) else; without hourly ones."""
    rows = [r for r in done.rows.to_pylist() if r["unit_kind"] == kind]
    rows = [r for r in rows if r["indicator"] not in ("transit_starts", "transit_running")]
    return {r["indicator"] if kind == "city" else (r["unit_id"], r["indicator"]): r for r in rows}


@pytest.mark.parametrize("city", ["bandung", "bogor"])
def test_it_agrees_with_gtfs_kit(data: Path, city: str) -> None:
    oracle = json.loads((data / "_expected" / "gtfs_oracle_gtfs_kit.json").read_text())[city]
    stats = oracle["network_stats"]
    path, day = CITIES[city]
    got = numbers(computed(data / path, ("day", day)))
    assert got["transit_trips"]["value"] == oracle["num_trips"]
    assert got["transit_routes"]["value"] == oracle["num_routes"]
    assert got["transit_stops"]["value"] == oracle["num_stops_served"]
    assert got["transit_calls"]["value"] == oracle["stop_events"]
    assert got["transit_peak_vehicles"]["value"] == int(stats["peak_num_trips"])
    assert got["transit_hours"]["value"] == pytest.approx(stats["service_duration"], rel=1e-12)
    assert got["transit_km"]["value"] == pytest.approx(stats["service_distance"], rel=0.005)
    assert got["transit_speed"]["value"] == pytest.approx(stats["service_speed"], rel=0.005)


def test_times_that_fall_past_midnight_widen_the_range_and_can_be_carried_over(data: Path) -> None:
    path, day = CITIES["bogor"]
    written = computed(data / path, ("day", day))
    carried = computed(data / path, ("day", day), ("past_midnight", "next_day"))
    low, high = numbers(written)["transit_hours"], numbers(carried)["transit_hours"]
    assert (low["value"], low["lo"], low["hi"]) == (low["lo"], low["lo"], high["value"])
    assert high["value"] == pytest.approx(242.4 + 24 * 107)
    assert low["quality"] == "estimate"
    assert "past midnight" in low["reason"]
    assert numbers(carried)["transit_speed"]["value"] < 25
    assert {"falls-past-midnight", "not-plausible"} <= {f.rule for f in written.findings}
    assert not carried.findings.has("not-plausible")


def test_frequencies_without_stop_times_are_told_and_not_counted(data: Path) -> None:
    path, day = CITIES["singapore"]
    done = computed(data / path, ("day", day))
    assert done.findings.of("frequency-not-expanded")[0].count == 77
    assert numbers(done)["transit_trips"]["coverage"] == pytest.approx(692 / 725)


@pytest.mark.parametrize("city", CITIES)
def test_parts_add_up_to_the_whole(data: Path, city: str) -> None:
    path, day = CITIES[city]
    done = computed(data / path, ("day", day))
    whole, routes = numbers(done), numbers(done, "route")
    for name in ("transit_trips", "transit_calls", "transit_hours", "transit_km"):
        parts = sum(row["value"] for (_, indicator), row in routes.items() if indicator == name)
        assert parts == pytest.approx(whole[name]["value"], rel=1e-9), name
    assert len({unit for unit, _ in routes}) == whole["transit_routes"]["value"]
    peak = max(row["value"] for (_, name), row in routes.items() if name == "transit_peak_vehicles")
    assert peak <= whole["transit_peak_vehicles"]["value"]


@pytest.mark.parametrize("city", CITIES)
def test_every_row_is_canonical_and_has_a_range_that_holds_its_value(data: Path, city: str) -> None:
    path, day = CITIES[city]
    rows = computed(data / path, ("day", day)).rows.to_pylist()
    keys = {(r["unit_kind"], r["unit_id"], r["ts"], r["indicator"]) for r in rows}
    assert len(keys) == len(rows)
    for row in rows:
        assert row["n"] is not None
        assert row["quality"] in ("verified", "estimate", "not reported")
        if row["value"] is not None:
            assert row["lo"] <= row["value"] <= row["hi"]
            assert 0 <= row["coverage"] <= 1
        else:
            assert row["reason"]


@pytest.mark.parametrize("city", CITIES)
def test_runs_start_in_some_hour_once(data: Path, city: str) -> None:
    path, day = CITIES[city]
    rows = computed(data / path, ("day", day)).rows.to_pylist()
    starts = [r["value"] for r in rows if r["unit_kind"] == "city" and r["indicator"] == "transit_starts"]
    trips = next(r for r in rows if r["unit_kind"] == "city" and r["indicator"] == "transit_trips")
    assert sum(starts) == trips["value"]


def test_left_out_the_day_is_a_weekday_with_the_most_trips(data: Path) -> None:
    path, _ = CITIES["transjakarta"]
    done = computed(data / path)
    told = done.findings.of("service-day")[0].message
    day = date.fromisoformat(told.rsplit(" ", 1)[1])
    assert day.weekday() < 5
    saturday = computed(data / path, ("day", "2025-10-18"))
    assert numbers(done)["transit_trips"]["value"] >= numbers(saturday)["transit_trips"]["value"]


def test_a_day_outside_the_calendar_gives_zero_and_says_why(data: Path) -> None:
    path, _ = CITIES["bandung"]
    done = computed(data / path, ("day", "2024-06-01"))
    row = numbers(done)["transit_trips"]
    assert (row["value"], row["reason"]) == (0, "no trip runs on this day")
    assert done.findings.has("no-service")


def test_a_city_without_a_timetable_is_refused_with_the_reason(data: Path) -> None:
    done = computed(data / "jakarta/gtfs_krl_2025_broken")
    assert done.status == "refused"
    assert "timetable" in done.reason


# A small city by hand: one route there and back, a pattern with a headway, an odd trip.
FEED, DAY = "f", date(2025, 1, 6)


def table(name: str, rows: list[Mapping[str, Any]]) -> pa.Table:
    schema = TABLES[name].schema
    filled = [dict.fromkeys(schema.names) | {"source_id": "s", "feed_id": FEED} | dict(row) for row in rows]
    if "feed_id" not in schema.names:
        filled = [{k: v for k, v in row.items() if k != "feed_id"} for row in filled]
    return pa.Table.from_pylist(filled, schema=schema)


def small(
    trips: Mapping[str, tuple[str, list[tuple[str, int]]]],
    frequencies: list[Mapping[str, Any]] | None = None,
    metres: float = 1000.0,
) -> dict[str, pa.Table]:
    """`trips`: name -> (route, [(stop, second of departure)])."""
    return {
        "trip": table(
            "trip",
            [
                {"trip_id": t, "route_id": r, "service_id": "WD", "direction_id": 0, "metres": metres}
                for t, (r, _) in trips.items()
            ],
        ),
        "stop_time": table(
            "stop_time",
            [
                {"trip_id": t, "stop_id": stop, "seq": i, "arr_s": s, "dep_s": s, "timed": True}
                for t, (_, calls) in trips.items()
                for i, (stop, s) in enumerate(calls)
            ],
        ),
        "service_day": table("service_day", [{"service_id": "WD", "day": DAY}]),
        "frequency": table("frequency", frequencies or []),
        "city": table(
            "city",
            [
                {
                    "city_id": "c",
                    "name": "C",
                    "country": "ID",
                    "tz": "Asia/Jakarta",
                    "epsg": 32748,
                    "bbox": None,
                }
            ],
        ),
    }


def period(trip: str, start: int, end: int, headway: int, exact: bool = True) -> dict[str, Any]:
    return {"trip_id": trip, "start_s": start, "end_s": end, "headway_s": headway, "exact": exact}


def answer(tables: dict[str, pa.Table], **params: Any) -> Computed:
    return compute(load("transit-service"), tables, CONTEXT, {"day": DAY.isoformat()} | params)


H = 3600


def test_a_headway_is_expanded_to_before_the_end_of_its_period() -> None:
    tables = small({"T": ("R", [("A", 0), ("B", 600)])}, [period("T", 7 * H, 8 * H, 900)])
    got = answer(tables)
    assert numbers(got)["transit_trips"]["value"] == 4  # 07:00, 07:15, 07:30, 07:45
    assert numbers(got)["transit_hours"]["value"] == pytest.approx(4 * 600 / 3600)
    assert numbers(got)["transit_km"]["value"] == 4
    assert numbers(got)["transit_peak_vehicles"]["value"] == 1
    stops = numbers(got, "stop")
    assert stops["A", "I04"]["value"] == 15
    assert stops["A", "I04_span"]["value"] == pytest.approx(0.75)
    assert stops["A", "transit_departures_per_hour"]["value"] == pytest.approx(4 / 14)
    assert ("B", "I04") not in stops  # vehicles end there: no departure
    assert numbers(got)["transit_stops"]["value"] == 2


def test_an_inexact_headway_leaves_its_last_departure_open() -> None:
    tables = small({"T": ("R", [("A", 0), ("B", 600)])}, [period("T", 7 * H, 8 * H, 1000, exact=False)])
    row = numbers(answer(tables))["transit_trips"]
    assert (row["lo"], row["value"], row["hi"], row["quality"]) == (3, 4, 4, "estimate")


def test_a_headway_longer_than_its_period_gives_one_departure() -> None:
    tables = small({"T": ("R", [("A", 0), ("B", 600)])}, [period("T", 7 * H, 9 * H, 2_575_260)])
    assert numbers(answer(tables))["transit_trips"]["value"] == 1


def test_trips_said_twice_count_once_and_the_range_says_the_sum() -> None:
    trips = {f"T{i}": ("R", [("A", 7 * H + i * 900), ("B", 7 * H + i * 900 + 600)]) for i in range(4)}
    trips["P"] = ("R", [("A", 0), ("B", 600)])
    tables = small(trips, [period("P", 7 * H, 8 * H, 600)])
    once, both = answer(tables), answer(tables, said_twice="both")
    row = numbers(once)["transit_trips"]
    assert (row["value"], row["hi"], row["quality"]) == (4, 10, "estimate")
    assert once.findings.of("said-twice")[0].count == 1
    assert numbers(both)["transit_trips"]["value"] == 10


def test_a_headway_beside_other_trips_of_the_route_is_counted() -> None:
    trips = {"T": ("R", [("A", 7 * H), ("C", 7 * H + 600)]), "P": ("R", [("A", 0), ("B", 600)])}
    got = answer(small(trips, [period("P", 7 * H, 8 * H, 600)]))
    assert numbers(got)["transit_trips"]["value"] == 7
    assert not got.findings.has("said-twice")


def test_hours_that_end_before_they_begin_give_reasons_and_no_numbers() -> None:
    got = numbers(answer(small({"T": ("R", [("A", 7 * H), ("B", 8 * H)])}), from_hour=20, to_hour=6), "stop")
    assert got["A", "transit_departures_per_hour"]["value"] is None
    assert "before they begin" in got["A", "transit_departures_per_hour"]["reason"]


def test_the_sql_stays_within_the_portable_subset() -> None:
    assert check_recipe(load("transit-service")) == []


def test_a_service_day_is_local_and_hours_go_past_midnight() -> None:
    got = answer(small({"T": ("R", [("A", 25 * H), ("B", 25 * H + 600)])}))
    rows = [
        r for r in got.rows.to_pylist() if r["unit_kind"] == "city" and r["indicator"] == "transit_starts"
    ]
    assert [(r["ts"], r["value"]) for r in rows] == [(datetime(2025, 1, 6, 18, tzinfo=UTC), 1.0)]


def test_a_vehicle_that_ends_as_another_starts_is_not_counted_twice() -> None:
    trips = {f"T{i}": ("R", [("A", 7 * H + i * 600), ("B", 7 * H + i * 600 + 600)]) for i in range(5)}
    assert numbers(answer(small(trips)))["transit_peak_vehicles"]["value"] == 1


@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(
        st.tuples(st.sampled_from("PQR"), st.integers(0, 90_000), st.integers(1, 7_200)),
        min_size=1,
        max_size=25,
    )
)
def test_counts_hours_and_peak_equal_a_count_by_hand(runs: list[tuple[str, int, int]]) -> None:
    trips = {
        f"T{i}": (route, [("A", start), ("B", start + length)])
        for i, (route, start, length) in enumerate(runs)
    }
    got = numbers(answer(small(trips)))
    assert got["transit_trips"]["value"] == len(runs)
    assert got["transit_routes"]["value"] == len({route for route, _, _ in runs})
    assert got["transit_hours"]["value"] == pytest.approx(sum(length for _, _, length in runs) / 3600)
    moments = [start for _, start, _ in runs]
    by_hand = max(sum(s <= at < s + length for _, s, length in runs) for at in moments)
    assert got["transit_peak_vehicles"]["value"] == by_hand


def test_the_digest_does_not_depend_on_threads_or_row_order(data: Path) -> None:
    path, day = CITIES["bandung"]
    tables = tables_of(data / path)
    turned = {name: t.take(pa.array(range(t.num_rows - 1, -1, -1))) for name, t in tables.items()}
    recipe, params = load("transit-service"), {"day": day}
    one = compute(recipe, tables, CONTEXT, params, threads=1)
    two = compute(recipe, turned, CONTEXT, params, threads=2)
    assert one.digest == two.digest


def test_the_busiest_stops_come_hour_by_hour_and_no_more_than_asked_for(data: Path) -> None:
    path, day = CITIES["bogor"]
    none = computed(data / path, ("day", day), ("hourly_stops", 0)).rows.to_pylist()
    assert not [r for r in none if r["indicator"] == "I04_hour"]
    done = computed(data / path, ("day", day), ("hourly_stops", 3))
    rows = [r for r in done.rows.to_pylist() if r["indicator"] == "I04_hour"]
    assert len({r["unit_id"] for r in rows}) == 3
    whole = numbers(done, "stop")
    for stop in {r["unit_id"] for r in rows}:
        hours = [r for r in rows if r["unit_id"] == stop]
        assert sum(r["n"] for r in hours) == whole[stop, "I04_span"]["n"]
        assert all(r["lo"] <= r["value"] <= r["hi"] for r in hours if r["value"] is not None)

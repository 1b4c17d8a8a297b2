"""What people breathe: a city of a few cells and stations, in closed form."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from nagara.citylab import evidence
from nagara.citylab.cells import cells_of, centres_of
from nagara.citylab.recipes import Context, load
from nagara.citylab.tables import conform

CITY = Context("here", "Here", "Asia/Jakarta", 32748)
LON, LAT = 106.8, -6.2
M = 1 / 110_900
START = datetime(2026, 1, 4, 17, tzinfo=UTC)  # midnight of 5 January there
DAYS = 10


def middle(metres):
    cell = int(cells_of([LON + metres * M], [LAT], 9)[0].as_py())
    lon, lat = centres_of([cell])
    return cell, float(lon[0]), float(lat[0])


def table(name, rows):
    return conform(name, pa.Table.from_pylist(rows), source_id="s")


def wiggle(mean, hours=24 * DAYS, seed=1):
    """Hours of a station: they move a little around their mean, and their mean is exact."""
    noise = np.random.default_rng(seed).normal(0, 0.5, hours)
    return (mean + noise - noise.mean()).tolist()


def city_of(stations, people, unit="ug/m3"):
    """Stations: name -> (metres east, values by hour or a mean); people: metres east -> how many."""
    rows, things, streams = [], [], []
    for name, (at, given) in stations.items():
        values = [float(given)] * (24 * DAYS) if isinstance(given, int | float) else given
        lon, lat = (middle(at)[1:]) if at is not None else (None, None)
        things.append({"thing_id": name, "kind": "air_station", "name": name, "lon": lon, "lat": lat})
        streams.append({"datastream_id": f"{name}:pm25", "thing_id": name, "property": "pm25", "unit": unit, "period_s": 3600.0})  # fmt: skip
        rows += [
            {"datastream_id": f"{name}:pm25", "ts": START + timedelta(hours=n), "value": value, "quality": 1}
            for n, value in enumerate(values) if value is not None
        ]  # fmt: skip
    tables = {"observation": table("observation", rows), "thing": table("thing", things), "datastream": table("datastream", streams)}  # fmt: skip
    if people:
        counted = [{"unit_kind": "cell", "unit_id": str(middle(at)[0]), "group_id": "total", "n": float(n)} for at, n in people.items()]  # fmt: skip
        tables["population"] = table("population", counted)
    return tables


def run(tables, **params):
    found = evidence.compute(load("exposure"), tables, CITY, {"draws": 100, **params})
    assert found.status == "done", found.reason
    return {(r["unit_kind"], r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}


def test_the_mean_is_over_people_not_over_stations():
    # 900 people live at the station that measures 10, 100 at the one that measures 30.
    got = run(city_of({"a": (0, 10), "b": (20_000, 30)}, {0: 900, 20_000: 100}))
    assert got["city", "city", "exposure_pm25"]["value"] == pytest.approx(12)
    assert got["city", "city", "exposure_above_limit"]["value"] == 100
    assert got["city", "city", "exposure_above_standard"]["value"] == pytest.approx(10)
    assert got["city", "city", "exposure_covered"]["value"] == 100


def test_nearer_stations_weigh_more_by_the_square_of_the_distance():
    tables = city_of({"a": (0, 10), "b": (6000, 40)}, {2000: 50})
    here, west, east = middle(2000)[1], middle(0)[1], middle(6000)[1]
    near, far = (here - west) ** -2, (east - here) ** -2
    got = run(tables)["cell", str(middle(2000)[0]), "exposure_pm25"]
    assert got["value"] == pytest.approx((10 * near + 40 * far) / (near + far), abs=0.05)
    assert (got["lo"], got["hi"]) == pytest.approx((10, 40), abs=0.001)
    plain = run(tables, power=0)["cell", str(middle(2000)[0]), "exposure_pm25"]
    assert plain["value"] == pytest.approx(25)


def test_people_beyond_the_cap_are_not_covered_and_not_guessed():
    got = run(city_of({"a": (0, 10)}, {0: 300, 9000: 100}))
    far = got["cell", str(middle(9000)[0]), "exposure_pm25"]
    assert (far["value"], far["coverage"]) == (None, 0)
    assert "not covered" in far["reason"]
    city = got["city", "city", "exposure_pm25"]
    assert (city["value"], city["coverage"]) == (10, 0.75)
    assert "fewer than three stations" in city["reason"]
    assert got["city", "city", "exposure_covered"]["value"] == 75


def test_a_constant_field_comes_back_constant_with_no_width():
    got = run(city_of({n: (1000 * i, 20) for i, n in enumerate("abcd")}, {500: 10, 2500: 30}))
    row = got["city", "city", "exposure_pm25"]
    assert (row["value"], row["lo"], row["hi"]) == pytest.approx((20, 20, 20))


def test_a_spike_is_left_out_before_the_mean():
    values = wiggle(20.0)
    values[100] = 9000.0
    got = run(city_of({"a": (0, values)}, {0: 10}))
    assert got["thing", "a", "station_pm25"]["value"] == pytest.approx(20, abs=0.1)
    assert got["thing", "a", "station_pm25"]["n"] == 24 * DAYS - 1


def test_a_station_with_few_hours_or_without_a_place_is_named_and_not_used():
    few = [25.0] * 60 + [None] * (24 * DAYS - 60)
    got = run(city_of({"a": (0, 10), "b": (0, few), "c": (None, 99)}, {0: 10}))
    assert got["thing", "b", "station_pm25"]["reason"] == "too few hours of the period came"
    assert got["thing", "c", "station_pm25"]["reason"] == "its place is not known"
    assert got["city", "city", "exposure_pm25"]["value"] == 10


def test_the_period_may_be_chosen_in_the_citys_own_days():
    values = wiggle(10.0, 24 * 5) + wiggle(12.0, 24 * 5, seed=2)
    tables = city_of({"a": (0, values)}, {0: 10})
    early = run(tables, since="2026-01-05", until="2026-01-09")["city", "city", "exposure_pm25"]
    assert early["value"] == pytest.approx(10)
    assert "a mean of 5 days" in early["reason"]
    assert run(tables)["city", "city", "exposure_pm25"]["value"] == pytest.approx(11)


def test_without_people_or_without_the_property_it_says_so():
    stations = {"a": (0, 10)}
    row = run(city_of(stations, {}))["city", "city", "exposure_pm25"]
    assert (row["value"], row["reason"]) == (None, "no population by cell, or by zone with its cells")
    row = run(city_of(stations, {0: 1}), property="no2")["city", "city", "exposure_no2"]
    assert (row["value"], row["reason"]) == (None, "no datastream measures no2")


def test_another_unit_is_told():
    row = run(city_of({"a": (0, 10)}, {0: 1}, unit="{ISPU}"))["city", "city", "exposure_pm25"]
    assert row["reason"].startswith("the unit is {ISPU}")


def test_it_computes_the_same_twice_and_on_two_threads():
    tables = city_of({n: (1500 * i, wiggle(15.0 + i)) for i, n in enumerate("abcd")}, {500: 10, 2500: 30})
    digests = {evidence.compute(load("exposure"), tables, CITY, {}, threads=n).digest for n in (1, 2)}
    assert len(digests) == 1


def test_the_range_holds_the_truth_of_a_known_field():
    # A field that rises evenly to the east; stations and people are spread alike: the truth is its middle.
    stations = {f"s{i}": (i * 1200, wiggle(10.0 + i)) for i in range(9)}
    row = run(city_of(stations, {i * 1200: 100 for i in range(9)}), draws=400)[
        "city", "city", "exposure_pm25"
    ]
    assert row["value"] == pytest.approx(14, abs=0.3)
    assert row["lo"] < 14 < row["hi"]
    assert row["hi"] - row["lo"] < 6

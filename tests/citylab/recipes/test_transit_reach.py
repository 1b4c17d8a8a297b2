"""What can be reached by timetable: four stops in a row, by hand."""

from datetime import date

import pyarrow as pa
import pytest

from nagara.citylab import evidence
from nagara.citylab.cells import cells_of
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import conform

CITY = Context("here", "Here", "Asia/Jakarta", 32748)
LON, LAT = 106.8, -6.2
M = 1 / 110_900
FAR = 4000  # metres between stops: nobody walks
MONDAY = date(2026, 3, 2)


def cell(n):
    return int(cells_of([LON + n * FAR * M], [LAT], 9)[0].as_py())


def middle(n):
    from nagara.citylab.cells import centres_of

    lon, lat = centres_of([cell(n)])
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def table(name, rows):
    return conform(name, pa.Table.from_pylist(rows), source_id="s")


def city_of(trips, frequencies=(), people=(100, 200, 400, 800)):
    """Stops A to D in the middles of their cells; `trips`: name -> [(stop, hh:mm)] on one Monday."""
    seconds = lambda at: int(at[:2]) * 3600 + int(at[3:]) * 60  # noqa: E731
    calls = [
        {"feed_id": "f", "trip_id": trip, "stop_id": stop, "seq": i, "arr_s": seconds(at), "dep_s": seconds(at), "timed": True}
        for trip, run in trips.items() for i, (stop, at) in enumerate(run)
    ]  # fmt: skip
    tables = {
        "stop": table("stop", [{"feed_id": "f", "stop_id": s, "h3": int(cells_of([middle(n)["lon"]], [middle(n)["lat"]], 10)[0].as_py()), **middle(n)} for n, s in enumerate("ABCD")]),
        "trip": table("trip", [{"feed_id": "f", "trip_id": t, "route_id": t[0], "service_id": "s"} for t in trips]),
        "service_day": table("service_day", [{"feed_id": "f", "service_id": "s", "day": MONDAY}]),
        "stop_time": table("stop_time", calls),
    }  # fmt: skip
    if people:
        rows = [{"unit_kind": "cell", "unit_id": str(cell(n)), "group_id": "total", "n": float(p)} for n, p in enumerate(people)]  # fmt: skip
        tables["population"] = table("population", rows)
    if frequencies:
        rows = [{"feed_id": "f", "trip_id": t, "start_s": seconds(a), "end_s": seconds(b), "headway_s": h} for t, a, b, h in frequencies]  # fmt: skip
        tables["frequency"] = table("frequency", rows)
    return tables


def run(tables, **params):
    found = evidence.compute(load("transit-reach"), tables, CITY, {"window": 60, **params})
    assert found.status == "done", found.reason
    return {(r["unit_kind"], r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}


LINE = {
    f"L{n}": [("A", f"07:{10 * n:02d}"), ("B", f"07:{10 * n + 10:02d}")] for n in range(5)
} | {"M1": [("B", "07:25"), ("C", "07:40"), ("D", "07:55")]}  # fmt: skip


def test_four_stops_by_hand():
    # A to B leaves 7:00 ... 7:40 and takes 10 min. Leaving at 7:mm, B is reached within 45 min while mm <= 40:
    # 41 of 60 minutes. B to C leaves once, at 7:25, and C is reached at 7:40 when leaving A by 7:10 (11 minutes);
    # D at 7:55 within 45 minutes only when leaving at 7:10 exactly (1 minute of 60).
    got = run(city_of(LINE))
    a = got["cell", str(cell(0)), "reach_people_45"]
    assert (a["lo"], a["value"], a["hi"]) == (100, 300, 700)
    b = got["cell", str(cell(1)), "reach_people_45"]
    # From B: C when leaving by 7:25 (26 minutes), D at 7:55 when leaving from 7:10 to 7:25 (16 minutes).
    assert (b["lo"], b["value"], b["hi"]) == (200, 200, 1400)
    assert got["cell", str(cell(3)), "reach_people_45"]["value"] == 800


def test_the_city_is_the_mean_over_its_people():
    got = run(city_of(LINE))
    # C: D at 7:55 within 45 minutes when leaving from 7:10 to 7:40, 31 minutes of 60
    mean = (100 * 300 + 200 * 200 + 400 * 1200 + 800 * 800) / 1500
    assert got["city", "city", "reach_people_45"]["value"] == pytest.approx(mean)
    assert got["city", "city", "reach_share_45"]["value"] == pytest.approx(100 * mean / 1500)
    assert got["city", "city", "reach_people_45"]["coverage"] == 1


def test_a_change_takes_its_time():
    tables = city_of({"L1": [("A", "07:00"), ("B", "07:10")], "M1": [("B", "07:11"), ("C", "07:20")]})
    usual = {"window": 10, "origin": str(cell(0))}
    assert ("cell", str(cell(2)), "reach_minutes") not in run(tables, **usual)  # one minute of ten: no median
    swift = run(tables, **usual | {"minutes": 60, "from_hour": 6, "window": 240})
    assert swift["cell", str(cell(0)), "reach_minutes"]["value"] == 0
    in_time = run(
        city_of({"L1": [("A", "07:09"), ("B", "07:19")], "M1": [("B", "07:20"), ("C", "07:29")]}), **usual
    )
    # 20 to 29 minutes; the fifth of ten
    assert in_time["cell", str(cell(2)), "reach_minutes"]["value"] == 24
    missed = run(
        city_of({"L1": [("A", "07:09"), ("B", "07:19")], "M1": [("B", "07:20"), ("C", "07:29")]}),
        **usual, change_s=61,
    )  # fmt: skip
    assert ("cell", str(cell(2)), "reach_minutes") not in missed


def test_trips_with_a_headway_are_written_out():
    pattern = {"P": [("A", "05:00"), ("B", "05:10")]}
    got = run(city_of(pattern, [("P", "06:30", "09:00", 600)]), origin="A")
    ride = got["cell", str(cell(1)), "reach_minutes"]
    # Waits of 0 to 9 minutes, each as often: 10 to 19 minutes; ranks 6, 30 and 54 of 60.
    assert (ride["lo"], ride["value"], ride["hi"]) == (10, 14, 18)


def test_an_origin_may_be_a_cell_or_a_stop_and_nothing_else():
    by_stop, by_cell = (run(city_of(LINE), origin=o) for o in ("A", str(cell(0))))
    assert by_stop.keys() == by_cell.keys()
    assert not any(kind == "city" for kind, _, _ in by_stop)
    with pytest.raises(BadParameter, match="neither an H3 cell nor a stop"):
        run(city_of(LINE), origin="nowhere")


def test_fewer_changes_reach_less():
    got = run(city_of(LINE), changes=0)
    assert got["cell", str(cell(0)), "reach_people_45"]["hi"] == 300


def test_a_sample_says_that_it_is_one():
    got = run(city_of(LINE), origins=2)
    row = got["city", "city", "reach_people_45"]
    assert row["coverage"] == 0.5
    assert "a sample of 2 of 4 cells" in row["reason"]


def test_without_population_stops_are_counted_and_people_are_not_reported():
    got = run(city_of(LINE, people=()))
    assert got["cell", str(cell(0)), "reach_stops_45"]["value"] == 2
    row = got["city", "city", "reach_people_45"]
    assert row["value"] is None
    assert "import population" in row["reason"]


def test_an_hour_without_service_says_so():
    row = run(city_of(LINE), from_hour=20)["city", "city", "reach_stops_45"]
    assert (row["value"], row["reason"]) == (None, "nothing runs in the hours asked for")


def test_a_layer_of_stops_is_no_timetable():
    tables = {"stop": city_of(LINE)["stop"]}
    found = evidence.compute(load("transit-reach"), tables, CITY)
    assert found.status == "refused"
    assert "Import a GTFS timetable first" in found.reason


def test_the_way_to_the_stop_follows_the_streets():
    # A street of 600 m leads to stop B; without it the stop's cell, 420 m away in a straight line, is nearer.
    tables = city_of(LINE)
    lon = middle(1)["lon"]
    nodes = [{"node_id": n, "lon": lon + n * 60 * M, "lat": LAT} for n in range(30)]
    edges = [{"edge_id": n, "u": n, "v": n + 1, "metres": 60.0, "modes": "w"} for n in range(29)]
    streets = {"street_node": table("street_node", nodes), "street_edge": table("street_edge", edges)}
    got = run(tables | streets)
    assert got["cell", str(cell(0)), "reach_people_45"]["reason"] is None
    assert got["cell", str(cell(0)), "reach_people_45"]["value"] == 300


def test_zones_are_means_over_the_people_of_their_cells():
    tables = city_of(LINE)
    tables["zone"] = table("zone", [{"zone_id": "west", "level": 1, "name": "West"}])
    tables["cell"] = table("cell", [{"h3": cell(n), "zone_id": "west", "level": 1, "share": 0.5, "land_share": 1.0} for n in (0, 1)])  # fmt: skip
    got = run(tables)
    assert got["zone", "west", "reach_people_45"]["value"] == pytest.approx((100 * 300 + 200 * 200) / 300)


def test_it_computes_the_same_on_one_thread_and_on_two():
    digests = {
        evidence.compute(load("transit-reach"), city_of(LINE), CITY, {}, threads=n).digest for n in (1, 2)
    }
    assert len(digests) == 1

"""Network length: lines apart add up, lines together count once, whatever their order and direction."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from nagara.citylab.evidence import compute
from nagara.citylab.findings import Findings
from nagara.citylab.kernels.lines import unique_length
from nagara.citylab.recipes import Context, load
from nagara.citylab.recipes.subset import check_recipe
from nagara.citylab.sources import Options, gtfs
from nagara.citylab.tables import TABLES, conform

CONTEXT = Context("c", "C", "Asia/Jakarta", 32748)
TO_DEGREES = Transformer.from_crs(32748, 4326, always_xy=True)
ORIGIN = (700_000.0, 9_310_000.0)


def shapes(*lines: list[tuple[float, float]]) -> pa.Table:
    """Lines given in metres from a point in the city's metric system."""
    drawn = []
    for line in lines:
        x, y = zip(*line, strict=True)
        lon, lat = TO_DEGREES.transform([ORIGIN[0] + v for v in x], [ORIGIN[1] + v for v in y])
        drawn.append(shapely.to_wkb(shapely.linestrings(lon, lat)))
    rows = [{"feed_id": "f", "shape_id": str(i), "geom_wkb": w} for i, w in enumerate(drawn)]
    return conform("shape", pa.Table.from_pylist(rows), source_id="s")


def km(*lines: list[tuple[float, float]], corridor: float = 30.0) -> float:
    row = unique_length({"shape": shapes(*lines)}, {"corridor_m": corridor}, CONTEXT).to_pylist()[0]
    assert row["lo"] <= row["metres"] <= row["hi"] <= row["metres_all"] + 1e-6
    return row["metres"] / 1000


STREET = [(0.0, 0.0), (5000.0, 0.0)]


def test_a_line_alone_has_its_length() -> None:
    assert km(STREET) == pytest.approx(5, rel=0.002)


def test_lines_apart_add_up() -> None:
    assert km(STREET, [(0, 500), (5000, 500)]) == pytest.approx(10, rel=0.002)


def test_lines_in_one_street_count_once_in_either_direction() -> None:
    assert km(STREET, STREET[::-1], [(0, 8), (5000, 8)]) == pytest.approx(5, rel=0.01)


def test_a_line_there_and_back_counts_once() -> None:
    assert km([(0, 0), (5000, 0), (5000, 10), (0, 10)]) == pytest.approx(5, rel=0.12)
    assert km([(0, 0), (20_000, 0), (20_000, 10), (0, 10)]) == pytest.approx(20, rel=0.03)


def test_crossing_lines_lose_only_the_crossing() -> None:
    assert km(STREET, [(2500, -2500), (2500, 2500)]) == pytest.approx(10, rel=0.01)


def test_a_part_in_common_counts_once() -> None:
    assert km(STREET, [(3000, 0), (3000, 0), (5000, 0), (5000, 3000)]) == pytest.approx(8, rel=0.01)


def test_no_line_has_no_length() -> None:
    assert unique_length({"shape": TABLES["shape"].empty()}, {"corridor_m": 30.0}, CONTEXT).to_pylist() == [
        {"n": 0, "metres_all": 0.0, "metres": 0.0, "lo": 0.0, "hi": 0.0}
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6),
        min_size=1,
        max_size=6,
    )
)
def test_the_network_is_never_longer_than_its_lines_nor_shorter_than_the_longest_street(
    lines: list[list[tuple[int, int]]],
) -> None:
    drawn = [[(100.0 * x, 100.0 * y) for x, y in line] for line in lines]
    row = unique_length({"shape": shapes(*drawn)}, {"corridor_m": 30.0}, CONTEXT).to_pylist()[0]
    assert 0 <= row["metres"] <= row["metres_all"] + 1e-6
    twice = unique_length({"shape": shapes(*drawn, *drawn)}, {"corridor_m": 30.0}, CONTEXT).to_pylist()[0]
    assert twice["metres"] == row["metres"]


def test_a_real_network_is_measured_and_set_against_its_people(data: Path) -> None:
    path = data / "jakarta/gtfs_transjakarta_2021/transjakarta.zip"
    options = Options("c", "Asia/Jakarta", 32748, "s")
    parts = [t for name, t in gtfs.read([path], options, Findings()) if name == "shape"]
    tables = {"shape": conform("shape", pa.concat_tables(parts), source_id="s")}
    alone = compute(load("transit-network"), tables, CONTEXT)
    rows = {r["indicator"]: r for r in alone.rows.to_pylist()}
    assert rows["transit_lines_km"]["value"] == pytest.approx(3955, rel=0.01)
    assert 700 < rows["transit_network_km"]["value"] < 950
    assert rows["I06"]["value"] is None
    assert "population" in rows["I06"]["reason"]
    people = [{"unit_kind": "cell", "unit_id": "1", "group_id": "total", "n": 10e6, "source_id": "p"}]
    tables["population"] = pa.Table.from_pylist(people, schema=TABLES["population"].schema)
    served = {r["indicator"]: r for r in compute(load("transit-network"), tables, CONTEXT).rows.to_pylist()}
    assert served["I06"]["value"] == pytest.approx(rows["transit_network_km"]["value"] / 100)


def test_the_sql_stays_within_the_portable_subset() -> None:
    assert check_recipe(load("transit-network"), {"network": {}}) == []

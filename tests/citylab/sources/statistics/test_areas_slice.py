"""The areas slice: uses, sizes, ids; parks that have no shape."""

import json

import pyarrow.compute as pc
import pytest

from citylab.sources.statistics.taking import geojson, square, take
from nagara.citylab.findings import Refusal
from nagara.citylab.sources import areas

PARKS = {"area": {"category": "green"}, "columns": {"id": "id", "name": "name"}}


def test_shapes_are_measured_and_other_columns_kept(tmp_path):
    path = geojson(
        tmp_path / "a.geojson", [({"id": "1", "name": "Taman", "since": 1990}, square(0, size=0.001))]
    )
    got, _ = take(path, PARKS, slice_=areas)
    (row,) = got["area"].to_pylist()
    assert row["category"] == "green" and row["m2"] == pytest.approx(12_300, rel=0.02)
    assert json.loads(row["attributes"]) == {"since": "1990"} and row["geom_wkb"] is not None


def test_words_of_the_source_are_turned_into_uses_or_asked_about(tmp_path):
    rows = [
        ({"use": "park"}, square(0)),
        ({"use": "water"}, square(1)),
        ({"use": "quarry"}, square(2)),
        ({"use": None}, square(3)),
    ]
    path = geojson(tmp_path / "a.geojson", rows)
    got, findings = take(path, {"columns": {"category": "use"}, "category": {"park": "green"}}, slice_=areas)
    assert [(r["category"], r["subcategory"]) for r in got["area"].to_pylist()] == [
        ("green", "park"),
        ("water", "water"),
    ]
    assert [r.row for r in findings.rejected] == [4, 5] and findings.of("unknown-use")[0].count == 2
    assert got["area"].to_pylist()[0]["area_id"] == "a.geojson:2"
    for mapping, match in (
        ({}, "what are the areas used for"),
        ({"area": {"category": "lawn"}}, "'lawn' is no use"),
    ):
        with pytest.raises(Refusal, match=match):
            take(path, mapping, slice_=areas)


def test_sizes_are_compared_with_the_map_and_need_a_unit(tmp_path):
    path = geojson(
        tmp_path / "a.geojson",
        [
            ({"id": "1", "name": "x", "size": 1.23}, square(0, size=0.001)),
            ({"id": "2", "name": "y", "size": 2}, None),
            ({"id": "3", "name": "z"}, None),
        ],
    )
    mapping = PARKS | {"columns": PARKS["columns"] | {"m2": "size"}}
    with pytest.raises(Refusal, match="which unit"):
        take(path, mapping, slice_=areas)
    got, findings = take(path, mapping | {"area": {"category": "green", "unit": "ha"}}, slice_=areas)
    assert got["area"].column("m2").to_pylist()[1:] == [20_000.0, None]
    assert not findings.has("size-differs") and findings.has("no-size") and findings.has("no-shape")
    _, findings = take(path, mapping | {"area": {"category": "green", "unit": "rai"}}, slice_=areas)
    assert findings.has("size-differs")


def test_repeated_ids(tmp_path):
    rows = [
        ({"id": "1", "name": "x"}, square(0)),
        ({"id": "1", "name": "x"}, square(0)),
        ({"id": "1", "name": "y"}, square(1)),
    ]
    got, findings = take(geojson(tmp_path / "a.geojson", rows), PARKS, slice_=areas)
    assert got["area"].num_rows == 1 and findings.has("duplicate-row") and findings.rejected[0].row == 4


def test_parks_without_shapes_are_kept_with_size_and_district(data):
    zones, _ = take(data / "bangkok/districts/district.geojson", "bangkok/maps/districts.toml")
    got, findings = take(
        data / "bangkok/poi/public_park.csv", "bangkok/maps/parks.toml", slice_=areas, known=zones
    )
    assert got["area"].num_rows == 522 and findings.of("no-shape")[0].count == 522
    assert (
        got["area"].column("zone_id").null_count == 0
        and pc.sum(got["area"].column("m2")).as_py() == 9_489_362
    )

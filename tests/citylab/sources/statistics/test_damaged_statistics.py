"""Statistics and lists that arrive damaged in every way: findings or a refusal in words, nothing else."""

import pyarrow as pa
import pytest

from citylab.damage import DAMAGES, SHEET_DAMAGES
from citylab.sources.statistics.taking import take
from nagara.citylab.findings import Refusal
from nagara.citylab.sources import areas, population, zone_values, zones

NAMES = [f"Kota {i}" for i in range(40)]
CSV = "code,name,year,sex,n,use\n" + "".join(
    f"{i:03d},{name},2020,{sex},{100 + i},park\n"
    for i, name in enumerate(NAMES)
    for sex in ("male", "female")
)
KNOWN = {
    "zone": pa.table(
        {
            "zone_id": [f"{i:03d}" for i in range(40)],
            "level": pa.array([1] * 40, pa.int8()),
            "level_name": ["town"] * 40,
            "parent_id": pa.nulls(40, pa.string()),
            "name": NAMES,
            "name_local": pa.nulls(40, pa.string()),
            "geom_wkb": pa.nulls(40, pa.binary()),
        }
    )
}
MAPS = {
    zones: {"columns": {"id": "code", "name": "name"}},
    population: {"columns": {"name": "name", "year": "year", "sex": "sex", "n": "n"}},
    zone_values: {
        "columns": {"zone": "code"},
        "time": {"year": "year", "tz": "city"},
        "long": {"property": "sex", "value": "n", "unit": "1"},
    },
    areas: {"columns": {"name": "name", "category": "use"}, "category": {"park": "green"}},
}


@pytest.mark.parametrize("slice_", MAPS, ids=lambda s: s.KIND)
@pytest.mark.parametrize("damage", [*DAMAGES, *SHEET_DAMAGES])
def test_damage_is_met_with_words(tmp_path, slice_, damage):
    wreck = DAMAGES.get(damage) or SHEET_DAMAGES[damage]
    path = tmp_path / "a.csv"
    path.write_bytes(wreck(CSV.encode()))
    try:
        got, findings = take(path, MAPS[slice_], slice_=slice_, known=KNOWN)
    except Refusal as refusal:
        assert len(str(refusal)) > 10
        return
    rows = sum(table.num_rows for table in got.values())
    assert rows or list(findings)
    assert all(f.message and f.rule for f in findings)


@pytest.mark.parametrize("slice_", MAPS, ids=lambda s: s.KIND)
def test_the_same_files_are_taken_whole_when_they_are_whole(tmp_path, slice_):
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    got, findings = take(path, MAPS[slice_], slice_=slice_, known=KNOWN)
    assert got[slice_.TABLES[0]].num_rows >= 40 and not findings.has("not-a-number")


def test_slices_sniff_what_they_can_read_and_nothing_of_other_kinds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("zone,population\n1,2\n")
    assert population.sniff(path).confidence > 0 and zones.sniff(path).confidence == 0
    (tmp_path / "b.csv").write_text("zone,year,value\n1,2020,2\n")
    assert zone_values.sniff(tmp_path / "b.csv").confidence > 0
    (tmp_path / "c.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point"}}]}'
    )
    (tmp_path / "d.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon"}}]}'
    )
    assert zones.sniff(tmp_path / "c.geojson").confidence == 0
    assert (
        zones.sniff(tmp_path / "d.geojson").confidence
        >= 0.5
        > areas.sniff(tmp_path / "d.geojson").confidence
        > 0
    )
    for name, data in (("e.zip", b"PK\x03\x04"), ("f.csv", b""), ("g.bin", b"\x00\xff" * 50)):
        (tmp_path / name).write_bytes(data)
        for slice_ in MAPS:
            assert slice_.sniff(tmp_path / name).confidence <= 0.5
    for slice_ in MAPS:
        assert slice_.sniff(tmp_path).confidence == 0 and slice_.sniff(tmp_path / "none.csv").confidence == 0

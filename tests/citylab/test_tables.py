import pyarrow as pa
import pytest

from nagara.citylab.findings import Findings
from nagara.citylab.table_names import TABLE_NAMES
from nagara.citylab.tables import TABLES, DoesNotConform, conform


def test_key_and_required_columns_exist_in_every_table():
    for table in TABLES.values():
        assert set(table.key) <= set(table.column)
        assert all(c.meaning for c in table.columns)


def test_conform_fills_missing_columns_and_sets_the_source():
    rows = pa.table({"datastream_id": ["a"], "ts": [0], "value": [1], "quality": [1]})
    got = conform("observation", rows, source_id="gates")
    assert got.schema == TABLES["observation"].schema
    assert got.to_pylist()[0]["source_id"] == "gates"
    assert got.to_pylist()[0]["batch_id"] is None


def test_conform_refuses_unknown_columns_and_empty_required_ones():
    with pytest.raises(DoesNotConform, match="unknown columns"):
        conform("stop", pa.table({"wrong": [1]}), source_id="x")
    with pytest.raises(DoesNotConform, match="stop_id: 1 empty"):
        conform("stop", pa.table({"feed_id": ["f"], "stop_id": pa.array([None], pa.string())}), source_id="x")


def test_findings_of_one_rule_and_place_add_up_and_heavy_ones_come_first():
    findings = Findings()
    findings.note("blank", "blank cells", file="a.csv", row=9)
    findings.note("blank", "blank cells", file="a.csv", row=3, count=2)
    findings.refuse("no-zone", "no time zone", file="b.csv")
    assert [(str(f.severity), f.count, f.row) for f in findings] == [("refuse", 1, None), ("note", 3, 3)]
    assert findings.counts() == {"refuse": 1, "repair": 0, "warn": 0, "note": 1}
    assert findings.as_table("s").num_rows == 2


def test_the_names_that_recipes_check_are_those_of_the_tables():
    assert tuple(TABLES) == TABLE_NAMES

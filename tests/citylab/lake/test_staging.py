from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nagara.citylab.lake import Lake
from nagara.citylab.lake.parquet import ROWS_A_FILE
from nagara.citylab.lake.staging import staging
from nagara.citylab.tables import conform

T0 = int(datetime(2024, 5, 1, tzinfo=UTC).timestamp()) * 1_000_000


def readings(first, size, source="s"):
    rows = pa.table(
        {
            "datastream_id": ["d"] * size,
            "ts": pa.array([T0 + 60_000_000 * (first + i) for i in range(size)]).cast(
                pa.timestamp("us", tz="UTC")
            ),
            "value": [float(first + i) for i in range(size)],
            "quality": pa.array([2] * size, pa.int8()),
        }
    )
    return conform("observation", rows, source_id=source)


@pytest.fixture
def city(tmp_path):
    row = {"city_id": "here", "name": "Here", "country": "XX", "tz": "UTC", "epsg": 3857}
    return Lake(tmp_path / "lake").create(row)


def test_a_draft_takes_staged_files_over_byte_by_byte(city):
    with staging() as staged:
        staged.add("observation", readings(0, 500))
        staged.add("observation", readings(500, 500))
        staged.settle()
        (before,) = staged.paths("observation")
        content = Path(before).read_bytes()
        published = city.commit(lambda draft: draft.adopt("observation", staged, source_id="s"))
        (after,) = published.files("observation")
        assert Path(after).read_bytes() == content
        assert staged.span() == (date(2024, 5, 1), date(2024, 5, 1))
    assert published.table("observation").column("value").to_pylist() == [float(i) for i in range(1000)]
    assert city.check().sound


def test_adopting_replaces_the_earlier_edition_and_leaves_other_sources(city):
    city.commit(lambda draft: draft.append("observation", readings(0, 10, "other"), source_id="other"))
    for size in (50, 20):
        with staging() as staged:
            staged.add("observation", readings(0, size))
            staged.settle()
            city.commit(lambda draft, staged=staged: draft.adopt("observation", staged, source_id="s"))
    counted = city.newest().table("observation").column("source_id").value_counts().to_pylist()
    assert {row["values"]: row["counts"] for row in counted} == {"other": 10, "s": 20}


def test_a_change_that_runs_again_adopts_again(city):
    with staging() as staged:
        staged.add("observation", readings(0, 5))
        staged.settle()
        tries = []

        def change(draft):
            tries.append(1)
            draft.adopt("observation", staged, source_id="s")
            if len(tries) == 1:
                Lake(city.storage.root, lock=False).city("here").commit(
                    lambda other: other.append("observation", readings(0, 3, "o"), source_id="o")
                )

        city.commit(change)
    assert len(tries) == 2
    assert city.newest().table("observation").num_rows == 8


def test_large_tables_are_staged_in_several_files(city):
    with staging() as staged:
        rows = readings(0, 1000)
        big = pa.concat_tables([rows] * (ROWS_A_FILE // 1000 + 200))
        staged.add("observation", big)
        staged.settle()
        assert len(staged.paths("observation")) == 2
        assert sum(pq.read_metadata(p).num_rows for p in staged.paths("observation")) == big.num_rows
        assert staged.counts == {"observation": big.num_rows}


def test_what_writing_raises_is_raised_and_the_folder_goes_away():
    with pytest.raises(KeyError), staging() as staged:
        staged.add("observation", pa.table({"no": ["such column"]}))
        staged.settle()
    assert not staged.folder.exists()

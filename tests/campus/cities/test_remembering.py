"""What was worked out of a snapshot is never shown for another one."""

import shutil
from collections import Counter

from nagara.campus.cities import remembering
from nagara.campus.cities.lakes import find_place
from nagara.campus.cities.remembering import remembered
from nagara.citylab import runs
from nagara.citylab.importing import Request, take


def test_a_fact_is_worked_out_once():
    asked = Counter()

    def work_out():
        asked["n"] += 1
        return 7

    assert [remembered(("once", "test"), work_out) for _ in range(3)] == [7, 7, 7]
    assert asked["n"] == 1


def test_the_longest_unused_fact_goes_first(monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 2)
    for key in ("a", "b"):
        remembered(("room", key), lambda: 1)
    remembered(("room", "a"), lambda: 2)
    remembered(("room", "c"), lambda: 1)
    assert remembered(("room", "a"), lambda: 2) == 1
    assert remembered(("room", "b"), lambda: 2) == 2


def test_an_import_a_run_and_an_erasure_show_at_once(seeded, filled, client, tmp_path):
    city = filled.city("jakarta")
    assert len(find_place("jakarta").sources) == 2
    file = tmp_path / "places.csv"
    file.write_text("name,kind,lon,lat\nPuskesmas A,clinic,106.8,-6.2\n")
    mapping = {
        "kind": "places",
        "source": {"licence": "CC0", "nature": "reported"},
        "columns": {"name": "name", "category": "kind", "lon": "lon", "lat": "lat"},
        "categories": {"clinic": "clinic"},
    }
    clinic = take(city, Request(paths=[file], map=mapping))
    assert clinic.status == "imported", clinic.as_json()
    assert len(find_place("jakarta").sources) == 3
    assert "/cities/jakarta/sources/places/" in client.get("/cities/jakarta/").content.decode()
    made = runs.run(city, "sensor-qa", {})
    assert made.run_id in client.get("/cities/jakarta/").content.decode()
    city.erase("places", "asked for")
    assert "/cities/jakarta/sources/places/" not in client.get("/cities/jakarta/").content.decode()


def test_a_lake_that_was_made_anew_in_the_same_place_is_noticed(seeded, filled, example_lake, settings):
    before = find_place("jakarta").stamp
    shutil.rmtree(settings.NAGARA_LAKE)
    shutil.copytree(example_lake, settings.NAGARA_LAKE, copy_function=shutil.copy)
    assert find_place("jakarta").stamp != before

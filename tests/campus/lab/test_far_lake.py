"""The site on a lake that is far away: NAGARA_LAKE=s3://..."""

from __future__ import annotations

import pytest

from emulator import access, emulator
from nagara.campus.lab.models import RunJob, State
from nagara.citylab.importing import Request, take
from nagara.citylab.lake import Lake

pytestmark = [pytest.mark.objectstore, pytest.mark.django_db]

LEVELS = "gate,when,level\n" + "".join(f"North,2020-01-01 {h:02}:00,{100 + h}\n" for h in range(12))
MAP = {
    "kind": "observations",
    "source": {"title": "Water levels", "licence": "CC BY 4.0", "nature": "measured"},
    "thing": {"id": "gate", "name": "gate"},
    "time": {"column": "when", "tz": "city"},
    "property": {"water_level": {"column": "level", "unit": "cm"}},
}
CITY = {"city_id": "jakarta", "name": "Jakarta", "country": "ID", "tz": "Asia/Jakarta", "epsg": 32748}


@pytest.fixture
def far(tmp_path, settings, monkeypatch, crowd):
    """A lake on an object store with Jakarta's water levels; the site is told by its settings alone."""
    with emulator(tmp_path) as url:
        for name, value in access(url).items():
            monkeypatch.setenv(name, value)
        settings.NAGARA_LAKE = f"s3://lakes/{tmp_path.name}"
        city = Lake(settings.NAGARA_LAKE).create({**CITY, "bbox": None})
        (tmp_path / "levels.csv").write_text(LEVELS)
        assert take(city, Request(paths=[tmp_path / "levels.csv"], map=MAP)).status == "imported"
        yield city


def test_a_city_page_opens_a_recipe_runs_and_its_figures_are_drawn(
    far, crowd, django_capture_on_commit_callbacks
):
    client = crowd.client("alice")
    page = client.get("/cities/jakarta/").content.decode()
    assert "Water levels" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/cities/jakarta/run/sensor-qa/", {})
    job = RunJob.objects.get()
    assert job.state == State.DONE, job.reason
    assert client.get(f"/cities/jakarta/runs/{job.run_id}/").status_code == 200
    assert client.get(f"/cities/jakarta/runs/{job.run_id}/figure/coverage.svg").status_code == 200
    assert "Sensor availability" in client.get("/cities/jakarta/").content.decode()
    assert client.get("/cities/jakarta/tables/observation.csv").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/cities/jakarta/runs/{job.run_id}/repeat/")
    assert RunJob.objects.exclude(repeats="").get().report["same"]

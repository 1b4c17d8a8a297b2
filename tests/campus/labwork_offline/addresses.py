"""Who may take a lab along, and what programs may ask."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from addresses import Made
from nagara.campus.labwork.models import LabWork

PEOPLE = ()
LAB = Path(__file__).parents[1] / "labwork" / "curriculum" / "labs" / "tk-standard"

WORK = {"pk": "OFFLINE"}
OWN = {"nobody": 302, "charlie": 404, "bob": 404, "alice": 200, "olga": 404}
BY_TOKEN = dict.fromkeys(OWN, 401)
# alice's work is on a city that is not here any more: there is nothing to pack and nothing to count
GONE = {**OWN, "alice": 422}

CASES = {
    "labwork-offline": ("GET", WORK, OWN),
    "labwork-pack": ("GET", WORK, GONE),
    "labwork-count": ("POST", WORK, GONE),
    "program-labs": ("GET", {}, BY_TOKEN),
    "program-lab": ("GET", WORK, BY_TOKEN),
    "program-table": ("GET", {**WORK, "name": "stop"}, BY_TOKEN),
    "program-check": ("POST", {**WORK, "task": "headway"}, BY_TOKEN),
}

PAGES = [("/labs/work/OFFLINE/offline/", "alice")]


def make(crowd) -> Made:
    text, now = (LAB / "lab.toml").read_text("utf-8"), timezone.now()
    prepared = {
        "run_id": "lab-1",
        "lab": {"name": "tk-standard", "sha256": "", "text": text},
        "city_id": "gone",
        "snapshot": 1,
        "seed": "",
        "params": {},
        "posed": {},
        "keys": {},
    }
    work = LabWork.objects.create(
        user=crowd.alice, lab="tk-standard", version="1", city_slug="gone", city_why="It was there.",
        snapshot=1, run_id="lab-1", prepared=prepared, started_at=now, changed_at=now,
    )  # fmt: skip
    return Made(ids={"OFFLINE": work.pk})

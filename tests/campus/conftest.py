"""The site with its seeds, four people, and a lake with a member city and a simulated one."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from browsing import AXE, CHROMIUM, FLAGS, SCREENS
from nagara.campus.cities.domain import join_team
from nagara.campus.cities.domain.seeding import seed
from nagara.campus.cities.models import City
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User
from nagara.citylab import runs
from nagara.citylab.importing import Request, take
from nagara.citylab.lake import Lake
from nagara.citylab.simulate import simulate

PASSWORD = "correct horse battery"

LEVELS = """gate,when,level
North,2020-01-01 00:00,110
North,2020-01-01 01:00,120
North,2020-01-01 02:00,x
South,2020-01-01 00:00,75
South,2020-01-01 01:00,80
"""
LEVELS_MAP = {
    "kind": "observations",
    "source": {
        "title": "Water levels",
        "licence": "CC BY 4.0",
        "nature": "measured",
        "attribution": "The office",
    },
    "thing": {"id": "gate", "name": "gate"},
    "time": {"column": "when", "tz": "city"},
    "property": {"water_level": {"column": "level", "unit": "cm"}},
}


@dataclass(frozen=True)
class Crowd:
    """Alice leads Jakarta's team, Bob is on it, Charlie is on another city's, Olga is the office."""

    alice: User
    bob: User
    charlie: User
    olga: User

    def client(self, name: str | User) -> Client:
        client = Client()
        if name != "nobody":
            user = getattr(self, name) if isinstance(name, str) else name
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture(autouse=True)
def own_lake(request, settings, tmp_path, monkeypatch) -> None:
    """Every test has a lake of its own; `filled` copies the example into it. Labs of a test's own folder
    (NAGARA_CURRICULUM) go with it."""
    monkeypatch.setenv("NAGARA_CURRICULUM", "")
    settings.NAGARA_LAKE = str(tmp_path / "lake")
    settings.UPLOADS = tmp_path / "uploads"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The cities are seeded once for all tests; those that commit take them away."""
    with django_db_blocker.unblock():
        seed()


@pytest.fixture
def seeded(db) -> None:
    if not City.objects.exists():
        seed()


@pytest.fixture
def crowd(seeded) -> Crowd:
    people = {
        name: add_person(f"{name}@example.org", passport_name=name.title(), password=PASSWORD)
        for name in ("alice", "bob", "charlie")
    }
    olga = add_person("olga@example.org", passport_name="Olga", password=PASSWORD, office="coordinator")
    jakarta, bangkok = City.objects.get(slug="jakarta"), City.objects.get(slug="bangkok")
    join_team(jakarta, people["alice"], role="csco", by=None)
    join_team(jakarta, people["bob"], role="staff", by=None)
    join_team(bangkok, people["charlie"], role="csco", by=None)
    return Crowd(**people, olga=olga)


@pytest.fixture(scope="session")
def example_lake(tmp_path_factory) -> Path:
    """Jakarta with a few water levels (open licence) and a closed list, and a simulated town."""
    root = tmp_path_factory.mktemp("example") / "lake"
    lake = Lake(root)
    row = {"city_id": "jakarta", "name": "Jakarta", "country": "ID", "tz": "Asia/Jakarta", "epsg": 32748}
    city = lake.create({**row, "bbox": None})
    files = tmp_path_factory.mktemp("files")
    (files / "levels.csv").write_text(LEVELS)
    taken = take(city, Request(paths=[files / "levels.csv"], map=LEVELS_MAP))
    assert taken.status == "imported", taken.as_json()
    closed = {**LEVELS_MAP, "source": {"title": "Closed levels", "nature": "measured"}}
    (files / "closed.csv").write_text(LEVELS.replace("North", "East").replace("South", "West"))
    assert take(city, Request(paths=[files / "closed.csv"], map=closed)).status == "imported"
    runs.run(city, "sensor-qa", {})
    simulate(lake, "harbour", seed=3, days=3, sensors=8)
    runs.run(lake.city("harbour"), "sensor-qa", {})
    return root


@pytest.fixture
def filled(example_lake, settings) -> Lake:
    """The example in this test's own lake."""
    shutil.copytree(example_lake, settings.NAGARA_LAKE)
    return Lake(settings.NAGARA_LAKE)


@pytest.fixture
def a_run(filled) -> str:
    """Id of a finished run of Jakarta."""
    return next(made.run_id for made in runs.recent(filled.city("jakarta")))


@pytest.fixture
def today() -> date:
    return date.today()


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium, or set CHROMIUM")
    if not AXE.is_file():
        pytest.skip("axe-core is missing: run `make assets`")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would take it for an async view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def visit(chromium, live_server, crowd, filled, a_run):
    """Open a page: returns the page, the requests it made, and complaints of the console."""
    contexts = []
    kept = {}

    def begin(screen, scheme, who, javascript):
        context = chromium.new_context(
            viewport=SCREENS[screen],
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if who != "nobody":
            cookie = crowd.client(who).cookies["nagara_session"].value
            context.add_cookies([{"name": "nagara_session", "value": cookie, "url": live_server.url}])
        return context

    def go(path: str, *, screen="desktop", scheme="light", who="nobody", javascript=True, keep=False):
        """`keep`: one browser for all pages of a person, and no waiting for a silent line."""
        key = (screen, scheme, str(who), javascript)
        context = kept.get(key) if keep else None
        if context is None:
            context = begin(screen, scheme, who, javascript)
        if keep:
            kept[key] = context
        page = context.new_page()
        page.said = []
        page.asked = []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.on("requestfinished", lambda r: page.asked.extend([r]))
        page.goto(live_server.url + path.replace("RUN", a_run))
        if not keep:
            page.wait_for_load_state("networkidle")
        return page

    yield go
    for context in contexts:
        context.close()

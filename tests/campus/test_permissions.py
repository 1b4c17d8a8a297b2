"""Who may open what: one table for every address of the site.

Each room adds its rows in tests/campus/<room>/addresses.py:

    PEOPLE = ("nora", ...)        people of the room beside the five that everybody knows
    def make(crowd) -> Made       Made(ids={"CALL": 3}, people={"nora": user}, before={"name": function})
    CASES = {"url-name": ("GET", {"pk": "CALL"}, {"nobody": 200, ..., "nora": 200})}
    PAGES = [("/calls/CALL/", "nobody"), ...]      what the browser tests open, and as whom
"""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from addresses import ROOMS
from nagara.campus.lab.models import ImportJob, RunJob
from nagara.campus.urls import urlpatterns

EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga")
# what nobody (not signed in), charlie (another city), bob (colleague), alice (owner), olga (office) get
OPEN = (200, 200, 200, 200, 200)
TEAM = (302, 403, 200, 200, 200)
HIDDEN = (404, 404, 200, 200, 200)
JOB = (302, 404, 200, 200, 200)
POST_TEAM = (302, 403, 302, 302, 302)
SIGNED_IN = (302, 200, 200, 200, 200)

C = {"slug": "jakarta"}
CASES = {
    "cities": ("GET", {}, OPEN),
    "city": ("GET", C, OPEN),
    "recipes": ("GET", {}, OPEN),
    "recipe": ("GET", {"name": "sensor-qa"}, OPEN),
    "table": ("GET", {**C, "name": "observation"}, OPEN),
    "table-csv": ("GET", {**C, "name": "observation"}, OPEN),
    "table-arrow": ("GET", {**C, "name": "observation"}, OPEN),
    "table-csvw": ("GET", {**C, "name": "observation"}, OPEN),
    "source": ("GET", {**C, "source_id": "levels"}, OPEN),
    "clinic-json": ("GET", {**C, "source_id": "levels"}, OPEN),
    "bring": ("GET", C, TEAM),
    "start-run": ("POST", {**C, "name": "sensor-qa"}, POST_TEAM),
    "runs": ("GET", C, OPEN),
    "run": ("GET", {**C, "run_id": "RUN"}, OPEN),
    "run-again": ("POST", {**C, "run_id": "RUN"}, POST_TEAM),
    "run-repeat": ("POST", {**C, "run_id": "RUN"}, POST_TEAM),
    "run-compare": ("GET", {**C, "run_id": "RUN"}, OPEN),
    "run-csv": ("GET", {**C, "run_id": "RUN"}, OPEN),
    "run-picture": ("GET", {**C, "run_id": "RUN", "kind": "figure", "name": "coverage"}, OPEN),
    "figure-island": ("GET", {**C, "run_id": "RUN", "name": "coverage"}, OPEN),
    "figure-spec": ("GET", {**C, "run_id": "RUN", "name": "coverage"}, OPEN),
    "city-map": ("GET", {"slug": "harbour", "name": "zones"}, OPEN),
    "map-island": ("GET", {"slug": "harbour"}, OPEN),
    "brief": ("GET", {**C, "ending": "html"}, OPEN),
    "import-job": ("GET", {"job_id": "IMPORT"}, JOB),
    "import-say": ("POST", {"job_id": "IMPORT"}, (302, 404, 302, 302, 302)),
    "import-clinic": ("GET", {"job_id": "IMPORT"}, JOB),
    "run-job": ("GET", {"job_id": "RUNJOB"}, JOB),
    "me": ("GET", {}, SIGNED_IN),
    "about": ("GET", {}, OPEN),
    "theme": ("POST", {}, (302, 302, 302, 302, 302)),
    "health": ("GET", {}, OPEN),
    "api-page": ("GET", {}, OPEN),
    "api": ("GET", {"rest": "openapi.json"}, OPEN),
}


def _names(patterns, prefix="") -> set[str]:
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found.add(pattern.name)
        elif isinstance(pattern, URLResolver) and str(pattern.pattern) == "":
            found |= _names(pattern.url_patterns)
    return found


def test_every_address_of_ours_stands_in_the_table():
    assert get_resolver().url_patterns == urlpatterns
    assert _names(urlpatterns) == set(CASES).union(*(room.CASES for room in ROOMS.values()))


def _groups():
    """Addresses that are only read stand in one test a room: what a room makes takes longer than asking."""
    found = []
    for room, module in ROOMS.items():
        reads = [name for name, case in module.CASES.items() if case[0] == "GET"]
        if reads:
            found.append(pytest.param(room, reads, id=f"{room}-reads"))
        writes = [name for name in module.CASES if name not in reads]
        found += [pytest.param(room, [name], id=f"{room}-{name}") for name in writes]
    return found


@pytest.mark.parametrize(("room", "names"), _groups())
def test_each_person_gets_what_the_table_of_the_room_says(room, names, crowd):
    module = ROOMS[room]
    made = module.make(crowd)
    wrong = {}
    clients = {p: crowd.client(made.people.get(p, p)) for p in (*EVERYBODY, *module.PEOPLE)}
    for name in names:
        expected = module.CASES[name][2]
        assert set(expected) == {*EVERYBODY, *module.PEOPLE}, name
        got = {person: _asked(module, made, clients[person], name) for person in expected}
        if got != expected:
            wrong[name] = {
                person: (got[person], expected[person]) for person in got if got[person] != expected[person]
            }
    assert wrong == {}, "what they got, what the table says"


def _asked(module, made, client, name) -> int:
    method, arguments, _ = module.CASES[name]
    address = reverse(name, kwargs={k: made.ids.get(v, v) for k, v in arguments.items()})
    if name in made.before:
        made.before[name]()
    data = made.data.get(name, {})
    return (client.get(address, data) if method == "GET" else client.post(address, data)).status_code


@pytest.fixture
def numbers(crowd, a_run):
    job = ImportJob.objects.create(
        city="jakarta", by=crowd.alice, state="examined", files=["a.csv"], report={}
    )
    running = RunJob.objects.create(city="jakarta", by=crowd.alice, recipe="sensor-qa", state="failed")
    return {"RUN": a_run, "IMPORT": job.pk, "RUNJOB": running.pk}


@pytest.mark.parametrize("name", CASES)
def test_each_person_gets_what_the_table_says(name, crowd, numbers):
    method, arguments, expected = CASES[name]
    address = reverse(name, kwargs={k: numbers.get(v, v) for k, v in arguments.items()})
    got = []
    for person in EVERYBODY:
        client = crowd.client(person)
        if name == "import-say":
            ImportJob.objects.update(state="examined")
        data = {"say": "amend", "mapping": ""} if name == "import-say" else {}
        answer = client.get(address) if method == "GET" else client.post(address, data)
        got.append(answer.status_code)
    assert dict(zip(EVERYBODY, got, strict=True)) == dict(zip(EVERYBODY, expected, strict=True))


@pytest.mark.parametrize("table", ["post", "rejected"])
def test_peoples_words_and_raw_rows_are_for_the_team_only(table, crowd, filled):
    if table == "post":
        address, who = "/cities/harbour/tables/post/", {"olga": 200, "alice": 404, "nobody": 404}
    else:
        address, who = (
            "/cities/jakarta/tables/rejected/",
            {"olga": 200, "bob": 200, "charlie": 404, "nobody": 404},
        )
    for person, status in who.items():
        assert crowd.client(person).get(address).status_code == status, person
        data = crowd.client(person).get(address.removesuffix("/") + ".csv")
        assert data.status_code == status, person


def test_a_former_member_is_a_stranger(crowd, filled, today):
    from datetime import timedelta

    from nagara.campus.cities.domain import leave_team

    member = crowd.alice.city_posts.get()
    leave_team(member, by=crowd.olga, reason="moved")
    member.until = today - timedelta(days=1)
    member.save()
    assert crowd.client("alice").get("/cities/jakarta/bring/").status_code == 403


def test_a_city_without_a_page_takes_data_from_the_office_only(crowd, filled):
    for person, status in {"alice": 403, "olga": 200}.items():
        assert crowd.client(person).get("/cities/harbour/bring/").status_code == status


def test_names_of_a_team_are_not_public(crowd, filled):
    for person, seen in {"nobody": False, "charlie": False, "bob": True, "olga": True}.items():
        page = crowd.client(person).get("/cities/jakarta/").content.decode()
        assert ("Alice, Chief Smart City Officer" in page) is seen, person

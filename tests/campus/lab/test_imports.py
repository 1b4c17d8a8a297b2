"""Bringing files: the clinic first, a person's word, then the rows."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from nagara.campus.audit.models import Event
from nagara.campus.cities.models import City
from nagara.campus.lab.domain import imports
from nagara.campus.lab.models import ImportJob, State
from nagara.campus.lab.proposals import answers
from nagara.citylab.lake import Lake

MAPPING = """
kind = "observations"
[thing]
id = "gate"
[time]
column = "when"
tz = "city"
[property.water_level]
column = "level"
unit = "cm"
"""
ROWS = b"gate,when,level\nNorth,2020-01-01 00:00,110\nNorth,2020-01-01 01:00,x\nSouth,2020-01-01 00:00,75\n"


@pytest.fixture
def bring(crowd, django_capture_on_commit_callbacks):
    """Send the form as Bob and have the worker examine it."""

    def send(content=ROWS, name="levels.csv", **about):
        client = crowd.client("bob")
        about = {"mapping": MAPPING, "licence": "CC BY 4.0", "nature": "measured", "title": "Levels"} | about
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(
                "/cities/jakarta/bring/", {"files": SimpleUploadedFile(name, content), **about}
            )
        return client, answer

    return send


@pytest.fixture
def say(django_capture_on_commit_callbacks):
    def send(client, job, word, **more):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/imports/{job.pk}/say/", {"say": word, **more})

    return send


def test_files_are_examined_and_nothing_is_kept_before_a_person_says_so(bring, settings):
    client, answer = bring()
    job = ImportJob.objects.get()
    assert answer.url == f"/imports/{job.pk}/"
    assert job.state == State.EXAMINED, job.reason
    assert Lake(settings.NAGARA_LAKE).cities() == []
    page = client.get(answer.url).content.decode()
    assert "Nothing is kept yet." in page
    assert "Keep these rows" in page


def test_a_yes_keeps_the_rows_in_a_city_made_at_that_moment(bring, say, settings):
    client, _ = bring()
    job = ImportJob.objects.get()
    say(client, job, "keep")
    job.refresh_from_db()
    assert job.state == State.DONE, job.reason
    snapshot = Lake(settings.NAGARA_LAKE).city("jakarta").newest()
    assert snapshot.rows("observation") == 3  # the one that is no number is kept as missing
    assert snapshot.sources()["levels"]["licence"] == "CC BY 4.0"
    assert not job.folder.exists()
    assert Event.objects.get(verb="import confirmed").by.email == "bob@example.org"
    assert "/cities/jakarta/sources/levels/" in client.get("/cities/jakarta/").content.decode()


def test_a_no_throws_the_files_away_and_leaves_the_city_alone(bring, say, settings):
    client, _ = bring()
    job = ImportJob.objects.get()
    assert job.folder.exists()
    say(client, job, "drop")
    job.refresh_from_db()
    assert job.state == State.DROPPED
    assert not job.folder.exists()
    assert Lake(settings.NAGARA_LAKE).cities() == []


def test_a_missing_unit_is_asked_for_on_the_page_and_given_there(bring, say):
    client, answer = bring(mapping=MAPPING.replace('unit = "cm"', ""))
    job = ImportJob.objects.get()
    assert job.state == State.REFUSED
    page = client.get(answer.url).content.decode()
    assert "unit" in job.reason + job.mend
    assert "Examine again" in page
    say(client, job, "amend", mapping=MAPPING)
    job.refresh_from_db()
    assert job.state == State.EXAMINED, job.reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("noise.bin", bytes(range(256)) * 20),
        ("broken.zip", b"PK\x03\x04" + b"\0" * 100),
        ("page.html", b"<html><body>not found</body></html>"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_page_that_says_so(name, content, bring):
    client, answer = bring(content=content, name=name, mapping="", kind="")
    if answer.status_code == 200:  # Django itself refuses an empty file, on the form
        assert "empty" in answer.content.decode()
        return
    job = ImportJob.objects.get()
    assert job.state == State.REFUSED
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "Refused" in page.content.decode()
    assert "Traceback" not in page.content.decode()


def test_a_mapping_that_is_no_toml_is_said_on_the_form(bring):
    _, answer = bring(mapping="kind = observations")
    assert answer.status_code == 200
    assert "not valid TOML" in answer.content.decode()
    assert ImportJob.objects.count() == 0


def test_the_same_files_again_change_nothing(bring, say, settings):
    client, _ = bring()
    say(client, ImportJob.objects.latest("pk"), "keep")
    before = Lake(settings.NAGARA_LAKE).city("jakarta").newest().number
    client, _ = bring()
    job = ImportJob.objects.latest("pk")
    say(client, job, "keep")
    job.refresh_from_db()
    assert job.report["status"] == "unchanged"
    assert Lake(settings.NAGARA_LAKE).city("jakarta").newest().number == before


def test_an_answer_in_the_wrong_state_is_refused_in_words(bring, say):
    client, _ = bring()
    job = ImportJob.objects.get()
    say(client, job, "drop")
    answer = say(client, job, "keep")
    assert answer.status_code == 400
    assert "This import is dropped." in answer.content.decode()


def test_one_person_cannot_fill_the_queue(crowd):
    from nagara.campus.cities.lakes import find_place

    for _ in range(imports.AT_ONCE):
        ImportJob.objects.create(city="jakarta", by=crowd.bob, files=["a"])
    with pytest.raises(imports.NotNow, match="under way"):
        imports.bring(find_place("jakarta"), [], by=crowd.bob, start=lambda _: None)


def test_an_upload_above_the_bound_is_stopped(bring, settings):
    settings.NAGARA_UPLOAD_MB = 0
    _, answer = bring()
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert ImportJob.objects.count() == 0


def test_personal_data_stop_the_import_until_a_reason_is_given(bring, say):
    names = ["Siti Aminah", "Budi Santoso", "Dewi Lestari", "Agus Wijaya", "Rina Kusuma", "Joko Susilo"]
    people = b"gate,when,level,full name,phone\n" + b"".join(
        f"G{i},2020-01-01 {i % 24:02}:00,5,{names[i % 6]} {i},0812-3456-78{i:02}\n".encode()
        for i in range(40)
    )
    mapping = MAPPING.replace('id = "gate"', 'id = "gate"\nattributes = ["full name", "phone"]')
    client, answer = bring(content=people, mapping=mapping)
    job = ImportJob.objects.get()
    assert job.state == State.REFUSED
    assert "personal" in job.reason
    assert "Why the personal data must stay" in client.get(answer.url).content.decode()
    say(client, job, "amend", mapping=mapping, personal_reason="gate keepers agreed in writing")
    job.refresh_from_db()
    assert job.state == State.EXAMINED, job.reason
    assert Event.objects.get(verb="import amended").reason == "gate keepers agreed in writing"


def test_the_clinic_comes_as_a_spreadsheet_that_runs_no_formula(bring):
    client, _ = bring(content=b"gate,when,level\n=1+1,2020-01-01 00:00,x\nA,2020-01-01 00:00,5\n")
    job = ImportJob.objects.get()
    text = client.get(f"/imports/{job.pk}/clinic.csv").content.decode()
    assert text.startswith("severity,rule,message")
    assert ",=" not in text


def test_names_that_are_only_alike_wait_for_a_person(crowd, bring, say, settings):
    """Zones first; then people counted under names that are spelt otherwise."""
    zones = (
        b'{"type":"FeatureCollection","features":['
        + b",".join(
            b'{"type":"Feature","properties":{"name":"%s"},"geometry":{"type":"Polygon","coordinates":'
            b"[[[%d,0],[%d,0],[%d,1],[%d,1],[%d,0]]]}}" % (n, x, x + 1, x + 1, x, x)
            for x, n in enumerate([b"Rawa Badak", b"Kali Baru", b"Papango"], start=100)
        )
        + b"]}"
    )
    client, _ = bring(content=zones, name="zones.geojson", kind="zones", mapping=ZONES_MAP)
    job = ImportJob.objects.latest("pk")
    assert job.state == State.EXAMINED, (job.reason, job.mend)
    say(client, job, "keep")
    people = b"ward,people,year\nRawa Badak,100,2024\nKALIBARU,50,2024\nPapanggo,30,2024\n"
    client, answer = bring(content=people, name="people.csv", kind="population", mapping=PEOPLE_MAP)
    job = ImportJob.objects.latest("pk")
    assert job.state == State.EXAMINED, (job.reason, job.mend)
    page = client.get(answer.url).content.decode()
    assert "Names to confirm" in page
    proposals = {p["key"]: p["zone_id"] for p in job.report["proposals"]}
    assert "Papanggo" in proposals
    assert job.report["rows"]["population"] == 1
    say(client, job, "matches", **{f"match:{key}": zone for key, zone in proposals.items()})
    job.refresh_from_db()
    assert job.state == State.EXAMINED, (job.reason, job.mend)
    assert job.report["rows"]["population"] == 1 + len(proposals)


def test_yes_to_all_takes_only_what_was_shown_and_not_answered_otherwise():
    shown = [{"key": "A", "zone_id": "a"}, {"key": "B", "zone_id": "b"}, {"key": "C", "zone_id": "c"}]
    form = QueryDict("match:A=~leave-out&match:B=&other:C=z9&all=yes")
    assert answers(form, shown) == {"A": "", "B": "b", "C": "z9"}
    assert answers(QueryDict("match:A=a&match:B="), shown) == {"A": "a"}


ZONES_MAP = """
kind = "zones"
[columns]
name = "name"
[zones]
level = 1
level_name = "ward"
"""
PEOPLE_MAP = """
kind = "population"
[columns]
name = "ward"
n = "people"
year = "year"
[zone]
level = "ward"
"""


def test_a_city_of_the_network_is_made_in_the_lake_with_its_own_clock(bring, say, settings):
    client, _ = bring()
    say(client, ImportJob.objects.get(), "keep")
    row = Lake(settings.NAGARA_LAKE).city("jakarta").newest().city()
    city = City.objects.get(slug="jakarta")
    assert (row["tz"], row["country"], row["epsg"]) == (city.tz, "ID", 32748)

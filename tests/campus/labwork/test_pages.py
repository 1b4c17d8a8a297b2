"""Lists ask as many questions for three as for one; what one's city must bring; where labs run; the form."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nagara.campus.cities.models import City
from nagara.campus.labwork.fitting import work_out_fits
from nagara.campus.labwork.models import LabAssignment, LabFit
from nagara.campus.labwork.plans import plans
from nagara.campus.labwork.ports import next_steps

from .factories import answer, begin, enrol, learners, make_batch, make_lab, mistake_of, person, teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


def test_lists_ask_as_many_questions_for_three_as_for_one(crowd):
    batch = make_batch(people=3)
    lena, row = teacher(batch), make_lab(batch)
    paths = (
        f"/batches/{batch.slug}/labs/",
        f"/labs/set/{row.pk}/class/",
        f"/labs/set/{row.pk}/who/",
        "/labs/mine/",
    )
    client = crowd.client(lena)

    def asked():
        found = []
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    answer(begin(row, learners(batch)[0]), "count", {"text": "5", "unit": "m"})
    begin("tk-standard", lena)
    one = asked()
    for user in learners(batch)[1:]:
        work = begin(row, user)
        answer(work, "count", mistake_of(work, "count", "routes-not-stops"))
    make_lab(batch, title="Second")
    make_lab(batch, title="Third")
    begin("tk-foundation", lena)
    assert all(now <= before for now, before in zip(asked(), one, strict=True))


def test_what_a_city_must_bring_is_worked_out_and_stands_among_the_next_steps(crowd):
    batch = make_batch(people=0)
    make_lab(batch, variant="")
    ana = enrol(batch, person("Ana"), City.objects.get(slug="jakarta"))
    page = crowd.client(ana).get(f"/batches/{batch.slug}/labs/bring/").content.decode()
    assert "not yet" in page
    assert "A GTFS timetable of your operator" in page
    assert "Ask your Chief Smart City Officer" in page
    (step,) = [s for s in next_steps(ana, timezone.now()) if "bring" in s.url]
    assert "Missing: " in step.why
    assert LabFit.objects.filter(city_slug="jakarta").exists()
    alice = crowd.client("alice")
    enrol(batch, crowd.alice, City.objects.get(slug="jakarta"))
    assert "/cities/jakarta/bring/" in alice.get(f"/batches/{batch.slug}/labs/bring/").content.decode()


def test_who_gets_what_says_why_and_the_lab_says_what_the_own_city_lacks(crowd):
    batch = make_batch(people=0)
    row = make_lab(batch, variant="")
    ana = enrol(batch, person("Ana"), City.objects.get(slug="jakarta"))
    (plan,) = plans(row)
    assert (plan.lab, plan.city, plan.begun) == ("tk-standard", "harbour", False)
    assert "Jakarta, lacks" in plan.city_why
    work = begin(row, ana)
    page = crowd.client(ana).get(work.get_absolute_url()).content.decode()
    assert "What your own city would have to bring" in page
    assert plans(row)[0].begun


def test_a_fit_is_kept_until_the_tables_change(crowd):
    client = crowd.client("nobody")
    assert work_out_fits(timezone.now()) > 0
    page = client.get("/labs/cities/").content.decode()
    assert "10 of 10" in page
    before = dict(LabFit.objects.values_list("pk", "made_at"))
    begin("tk-standard", person("Ana"))  # a run is kept: the tables stay the same
    client.get("/labs/cities/")
    assert dict(LabFit.objects.values_list("pk", "made_at")) == before


def test_setting_publishing_and_taking_back_through_the_forms(crowd):
    batch = make_batch(people=1)
    client = crowd.client(teacher(batch))
    day = {"opens": "2027-01-12T09:00", "due": "2027-01-14T18:00", "closes": "2027-01-20T18:00"}
    sent = {"module": "TK", "variant": "", "tz": "Asia/Seoul", "hints_cost": "0", "counts": "on", **day}
    assert (
        client.post(f"/batches/{batch.slug}/labs/new/", {**sent, "due": "2027-01-01T09:00"}).status_code
        == 422
    )
    client.post(f"/batches/{batch.slug}/labs/new/", sent)
    row = LabAssignment.objects.get()
    assert row.state == "draft"
    client.post(f"/labs/set/{row.pk}/say/", {"say": "publish"})
    row.refresh_from_db()
    assert (row.state, row.opens_at.isoformat()) == ("published", "2027-01-12T00:00:00+00:00")
    client.post(f"/labs/set/{row.pk}/say/", {"say": "withdraw", "reason": ""})
    assert LabAssignment.objects.get().state == "published"
    client.post(f"/labs/set/{row.pk}/say/", {"say": "withdraw", "reason": "Too early."})
    assert LabAssignment.objects.get().state == "draft"


def test_the_key_is_in_no_page_before_the_task_is_right(crowd):
    row = make_lab(make_batch(people=1))
    user = learners(row.batch)[0]
    work = begin(row, user)
    client = crowd.client(user)
    key = str(work.prepared["keys"]["count"]["body"])
    number = re.search(r"\d{4,}", key)[0]
    for path in ("", "count/", "evidence/"):
        assert number not in client.get(f"{work.get_absolute_url()}{path}").content.decode()
    answer(work, "count")
    assert "Each row of" in client.get(f"{work.get_absolute_url()}count/").content.decode()

"""Curricula of cities and batches: versions, overrides, union of cities, print; skills and teams."""

from datetime import date
from pathlib import Path

import pytest

from factories_of_readiness import answered
from nagara.campus.cities.models import City
from nagara.campus.curricula.domain import making, needs
from nagara.campus.curricula.domain.skills import Member, bridges, check_skills, skills, teams
from nagara.campus.curricula.domain.solving import CannotPlan
from nagara.campus.people.domain import add_person
from nagara.campus.programmes.domain.batches import create_batch, enrol
from nagara.campus.programmes.domain.seeding import seed as seed_programmes
from nagara.campus.programmes.models import ProgrammeVersion
from nagara.campus.readiness.models import Answer, Assessment, Seat
from nagara.citylab.findings import CityLabError


@pytest.fixture
def jakarta(crowd) -> City:
    seed_programmes()
    return answered(crowd).city


@pytest.fixture
def batch(jakarta, crowd):
    version = ProgrammeVersion.objects.filter(programme__track__slug="short-term", status="published").first()
    made = create_batch(
        version=version, name="Course", starts=date(2027, 3, 1), ends=date(2027, 3, 19), by=crowd.olga
    )
    made.cities.add(jakarta)
    return made


def test_a_city_without_answers_gets_no_curriculum_but_the_reason(crowd):
    seed_programmes()
    with pytest.raises(CannotPlan, match="no assessment with enough answers"):
        making.make(City.objects.get(slug="bangkok"), hours=40, mode="", by=crowd.olga)


def test_focus_areas_of_the_city_double_weights(jakarta):
    found = needs.of_city(jakarta)
    assert {n.weight for n in found.needs} <= {1.0, 2.0}
    assert found.basis[0].focus == tuple(sorted(found.basis[0].focus))
    assert all(n.gap == 1 for n in found.needs)


def test_every_word_makes_a_version_and_keeps_its_reason(jakarta, crowd):
    first = making.make(jakarta, hours=30, mode="", by=crowd.alice)
    out = first.choices["out"][-1]["code"]
    with pytest.raises(CannotPlan, match="say why"):
        making.override(jakarta, out, into=True, by=crowd.olga, reason=" ")
    second = making.override(jakarta, out, into=True, by=crowd.olga, reason="asked for")
    assert (first.version, second.version) == (1, 2)
    assert out in [row["code"] for row in second.choices["in"]]
    assert second.overrides[0]["person"] == crowd.olga.pk
    third = making.make(jakarta, hours=35, mode="", by=crowd.alice)
    assert out in [row["code"] for row in third.choices["in"]]
    fourth = making.override(jakarta, out, into=None, by=crowd.olga, reason="not any more")
    assert fourth.overrides == []


def test_a_batch_is_the_union_of_its_cities_weighted_by_people(batch, jakarta, crowd):
    bangkok = City.objects.get(slug="bangkok")
    other = Assessment.objects.create(
        city=bangkok, cycle=2026, instrument=jakarta.assessments.get().instrument
    )
    Seat.objects.create(assessment=other, user=crowd.charlie)
    Answer.objects.bulk_create(
        Answer(assessment=other, question=f"D{d}.{q}", side="self", score=0, by=crowd.charlie)
        for d in range(1, 9)
        for q in range(1, 5)
    )
    other.targets.create(dimension="D1", value=4)
    for n in range(3):
        enrol(
            batch,
            add_person(f"p{n}@example.org", passport_name=f"P{n}", password=None),
            city=jakarta,
            by=None,
        )
    enrol(batch, crowd.charlie, city=bangkok, by=None)
    found = needs.of_batch(batch)
    assert {base.slug: base.share for base in found.basis} == {"jakarta": 0.75, "bangkok": 0.25}
    first = found.needs[0]
    assert (first.current, first.gap) == (1.5, 0.75 * 1 + 0.25 * 4)


def test_a_batch_without_any_assessment_says_so_and_names_missing_cities(batch, jakarta):
    batch.cities.add(City.objects.get(slug="dili"))
    assert needs.of_batch(batch).missing == ("Dili",)
    batch.cities.remove(jakarta)
    with pytest.raises(CannotPlan, match="No city of"):
        needs.of_batch(batch)


def test_what_the_programme_requires_stays_in_unless_told_otherwise(batch, crowd):
    kept = making.make(batch, hours=90, mode="", by=crowd.olga)
    required = {row.module.code for row in batch.version.version_modules.all() if row.required}
    assert required <= {row["code"] for row in kept.choices["in"]}
    free = making.make(batch, hours=30, mode="", by=crowd.olga, keep_required=False)
    assert free.choices["hours"] <= 30
    with pytest.raises(CannotPlan, match="the budget has 10"):
        making.make(batch, hours=10, mode="", by=crowd.olga)


def test_the_page_says_why_and_the_office_overrides(jakarta, crowd):
    client = crowd.client("alice")
    assert (
        client.post("/cities/jakarta/curriculum/", {"say": "make", "hours": "30", "mode": ""}).status_code
        == 302
    )
    page = client.get("/cities/jakarta/curriculum/").content.decode()
    assert "Why this module" in page
    assert "What would bring it in" in page
    word = {"say": "out", "module": "M01", "reason": "given elsewhere"}
    assert client.post("/cities/jakarta/curriculum/", word).status_code == 403
    olga = crowd.client("olga")
    assert olga.post("/cities/jakarta/curriculum/", word).status_code == 302
    assert "Olga: “given elsewhere”" in olga.get("/cities/jakarta/curriculum/").content.decode()
    assert olga.get("/cities/jakarta/curriculum/?version=1").status_code == 200
    assert olga.get("/cities/jakarta/curriculum/?version=9").status_code == 404
    wrong = olga.post("/cities/jakarta/curriculum/", {"say": "make", "hours": "-3"})
    assert wrong.status_code == 422


def test_the_pdf_holds_every_script(jakarta, crowd):
    making.make(jakarta, hours=30, mode="", by=crowd.olga)
    reason = "ขอ ສຸກ សុខ အောင် 한국 தமிழ் الجاوي Ánh"
    making.override(jakarta, "M01", into=False, by=crowd.olga, reason=reason)
    got = crowd.client("bob").get("/cities/jakarta/curriculum.pdf")
    assert got.content.startswith(b"%PDF")
    assert len(got.content) > 10_000


def test_names_of_the_samples_come_out_of_the_teams_page_unharmed(data: Path, batch, crowd):
    folder = data / "programme" / "names"
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    if not files:
        pytest.skip("no sample names")
    import csv

    names = []
    for file in files:
        if file.suffix == ".csv":
            with file.open(encoding="utf-8") as rows:
                for row in csv.DictReader(rows):
                    names += [v for k, v in row.items() if k and "name" in k and v][:1]
    from django.utils.html import escape

    names = names[:40]
    for n, name in enumerate(names):
        enrol(batch, add_person(f"n{n}@example.org", passport_name=name, password=None), city=None, by=None)
    page = crowd.client("olga").get(f"/batches/{batch.slug}/teams/").content.decode()
    assert [name for name in names if escape(name) not in page] == []


def test_a_skill_that_many_lack_gets_a_bridging_lab_before_its_modules(db):
    low, high = {"sql": 0, "gis": 3}, {"sql": 2, "gis": 3}
    found = bridges([low, high, high], ["M02", "M05"])
    assert [(b.skill.id, b.need, b.before) for b in found] == [("sql", 1, ("M02", "M05"))]
    assert found[0].why.startswith("1 of 3 who answered work in SQL and tables only with help.")
    assert bridges([low, high, high, high], ["M02"]) == []
    assert bridges([low], ["M01"]) == []


def test_the_skills_page_keeps_what_was_said(crowd):
    client = crowd.client("bob")
    assert client.post("/skills/", {"sql": "3", "gis": "0"}).status_code == 302
    assert crowd.bob.skills_check.answers == {"sql": 3, "gis": 0}
    assert client.post("/skills/", {"sql": "7"}).status_code == 422
    with pytest.raises(CityLabError):
        check_skills(crowd.bob, {"dance": 1})


def test_teams_are_even_and_have_someone_for_every_skill(db):
    ids = [skill.id for skill in skills()[0]]
    people = [
        Member(n, f"P{n}", f"C{n % 6}", {i: 3 if j == n % 7 else 0 for j, i in enumerate(ids)})
        for n in range(35)
    ]
    formed = teams(people, size=7)
    assert [len(team) for team in formed] == [7] * 5
    assert sorted(m.key for team in formed for m in team) == list(range(35))
    for team in formed:
        assert all(any(m.levels[i] >= 2 for m in team) for i in ids)
    assert formed == teams(list(reversed(people)), size=7)
    assert teams([], size=5) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_teams_page_asks_as_often_for_three_as_for_one(count, batch, crowd, django_assert_num_queries):
    for n in range(count):
        enrol(
            batch, add_person(f"p{n}@example.org", passport_name=f"P{n}", password=None), city=None, by=None
        )
    client = crowd.client("olga")
    with django_assert_num_queries(8):  # session, person, office, batch, people, skills, instrument twice
        client.get(f"/batches/{batch.slug}/teams/")

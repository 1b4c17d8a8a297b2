"""Who may open what in the room of programmes."""

from __future__ import annotations

from datetime import date

from addresses import Made

PEOPLE = ("mona", "lena", "paul")
"""Mona manages the batch, Lena lectures in it, Paul takes part."""

EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def row(nobody, stranger, olga, mona, lena, paul):
    return dict(zip(EVERYBODY, (nobody, stranger, stranger, stranger, olga, mona, lena, paul), strict=True))


OPEN = row(200, 200, 200, 200, 200, 200)
SIGNED_IN = row(302, 200, 200, 200, 200, 200)
OFFICE = row(302, 403, 200, 403, 403, 403)
OFFICE_DRAFT = row(302, 403, 200, 403, 403, 403)
INSIDE = row(302, 404, 200, 200, 200, 200)
RUNS = row(302, 404, 200, 200, 403, 403)
TEACHES = row(302, 404, 200, 200, 200, 403)
POST_OFFICE = row(302, 403, 302, 403, 403, 403)
POST_RUNS = row(302, 404, 302, 302, 403, 403)

P = {"slug": "ascn-short-course"}
V = {**P, "number": 1}
DRAFT = {**P, "number": 2}
B = {"slug": "BATCH"}
CASES = {
    "programmes": ("GET", {}, OPEN),
    "modules": ("GET", {}, OPEN),
    "module": ("GET", {"code": "M01"}, OPEN),
    "rubric": ("GET", {"key": "selection"}, OPEN),
    "edit-module": ("GET", {"code": "M01"}, OFFICE),
    "edit-rubric": ("GET", {"key": "selection"}, OFFICE),
    "programme": ("GET", P, OPEN),
    "programme-version": ("GET", V, OPEN),
    "version-changes": ("GET", DRAFT, row(404, 404, 200, 404, 404, 404)),
    "new-draft": ("POST", P, POST_OFFICE),
    "edit-version": ("GET", {**DRAFT, "part": "plan"}, OFFICE_DRAFT),
    "say-version": ("POST", DRAFT, POST_OFFICE),
    "holidays": ("GET", {}, OPEN),
    "remove-holiday": ("POST", {"pk": "HOLIDAY"}, POST_OFFICE),
    "batches": ("GET", {}, SIGNED_IN),
    "new-batch": ("GET", {}, OFFICE),
    "batch": ("GET", B, INSIDE),
    "batch-plan": ("GET", B, INSIDE),
    "edit-batch": ("GET", B, RUNS),
    "batch-state": ("POST", B, POST_RUNS),
    "batch-activity": ("GET", {**B, "pk": "ACTIVITY"}, RUNS),
    "move-batch": ("POST", B, POST_RUNS),
    "batch-budget": ("GET", B, RUNS),
    "copy-batch": ("GET", B, row(302, 404, 200, 403, 403, 403)),
    "batch-roles": ("GET", B, RUNS),
    "enrolments": ("GET", B, TEACHES),
    "enrolment": ("GET", {**B, "pk": "ENROLMENT"}, INSIDE),
}
PAGES = [
    ("/programmes/", "nobody"),
    ("/programmes/ascn-short-course/", "olga"),
    ("/programmes/ascn-short-course/1/", "olga"),
    ("/programmes/masters-smart-cities/1/", "nobody"),
    ("/programmes/ascn-short-course/2/changes/", "olga"),
    ("/programmes/ascn-short-course/2/edit/certificate/", "olga"),
    ("/programmes/ascn-short-course/2/edit/modules/", "olga"),
    ("/programmes/ascn-short-course/2/edit/about/", "olga"),
    ("/programmes/modules/", "nobody"),
    ("/programmes/modules/M05/", "nobody"),
    ("/programmes/rubrics/selection/", "nobody"),
    ("/programmes/modules/M07/edit/", "olga"),
    ("/programmes/rubrics/selection/edit/", "olga"),
    ("/holidays/?start=2027-04-05", "olga"),
    ("/holidays/?start=2027-02-01&weeks=8", "nobody"),
    ("/batches/", "olga"),
    ("/batches/", "charlie"),
    ("/batches/new/", "olga"),
    ("/batches/BATCH/", "mona"),
    ("/batches/BATCH/plan/", "mona"),
    ("/batches/BATCH/plan/ACTIVITY/", "mona"),
    ("/batches/BATCH/edit/", "mona"),
    ("/batches/BATCH/budget/", "mona"),
    ("/batches/BATCH/roles/", "mona"),
    ("/batches/BATCH/people/", "lena"),
    ("/batches/BATCH/people/ENROLMENT/", "paul"),
    ("/batches/BATCH/people/ENROLMENT/", "mona"),
    ("/batches/BATCH/copy/", "olga"),
    ("/batches/BATCH/copy/?starts=2027-02-06", "olga"),
]


def make(crowd) -> Made:
    from nagara.campus.cities.models import City
    from nagara.campus.people.domain import add_person
    from nagara.campus.programmes.domain import create_batch, enrol, give_role, new_draft
    from nagara.campus.programmes.domain.seeding import host, seed
    from nagara.campus.programmes.models import Batch, ExtraHoliday, ProgrammeVersion

    seed()
    version = ProgrammeVersion.objects.get(programme__slug="ascn-short-course", number=1)
    batch = create_batch(
        version=version,
        name="ASCN Short Course 2026",
        starts=date(2026, 6, 1),
        ends=date(2026, 6, 19),
        host_name="Host university",
        host_state=host(),
        by=None,
    )
    people = {
        name: add_person(f"{name}@example.org", passport_name=name.title(), password="x") for name in PEOPLE
    }
    give_role(batch, people["mona"], "manager", by=None)
    give_role(batch, people["lena"], "lecturer", by=None)
    enrolment = enrol(batch, people["paul"], city=City.objects.get(slug="makassar"), by=None)
    jakarta = City.objects.get(slug="jakarta")

    def holiday():
        ExtraHoliday.objects.get_or_create(
            pk=7, defaults={"state": jakarta.state, "day": date(2027, 4, 6), "name": "Local day"}
        )

    def draft():
        version.programme.versions.filter(number__gt=1).delete()
        new_draft(version.programme, by=None)

    def fresh():
        Batch.objects.filter(pk=batch.pk).update(state="draft")

    draft()
    return Made(
        ids={
            "BATCH": batch.slug,
            "ENROLMENT": enrolment.pk,
            "ACTIVITY": batch.activities.first().pk,
            "HOLIDAY": 7,
        },
        people=people,
        data={
            "say-version": {"say": "publish"},
            "batch-state": {"to": "call"},
            "move-batch": {"starts": "2026-06-08", "reason": "room"},
        },
        before={"remove-holiday": holiday, "say-version": draft, "batch-state": fresh},
    )

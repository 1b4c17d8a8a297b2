"""A batch with a lecturer, a mentor and learners, its rubric, materials and assignments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from nagara.campus.cities.models import City
from nagara.campus.learning.domain import assigning, handing_in, marking
from nagara.campus.learning.domain.materials import save_material
from nagara.campus.learning.models import Assignment, Material, Submission
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    Batch,
    BatchRole,
    Enrolment,
    Module,
    Programme,
    ProgrammeVersion,
    RoleKind,
    Rubric,
    Track,
    VersionModule,
)

NUMBERS = count(1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
CRITERIA = [
    {
        "id": "facts",
        "title": "Facts with source",
        "weight": 60,
        "max": 5,
        "anchors": {"1": "None", "5": "All"},
    },
    {
        "id": "clarity",
        "title": "Clear to read",
        "weight": 40,
        "max": 5,
        "anchors": {"1": "Hardly", "5": "Very"},
    },
]


def person(name: str, **fields) -> User:
    mail = f"le{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_rubric(version: int = 1) -> Rubric:
    found, _ = Rubric.objects.get_or_create(
        key="report-test", version=version, defaults={"title": "Report", "criteria": CRITERIA}
    )
    return found


def make_batch(slug: str = "learn-27", **fields) -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    module, _ = Module.objects.get_or_create(code="X01", defaults={"title": "City diagnosis", "can": "see"})
    VersionModule.objects.get_or_create(version=version, module=module)
    values = {"name": f"Batch {slug}", "starts": date(2026, 11, 9), "ends": date(2027, 11, 27)}
    return Batch.objects.create(
        version=version, slug=slug, **{**values, "state": "running", "tz": "Asia/Seoul", **fields}
    )


def staff(batch: Batch, name: str, role: str) -> User:
    RoleKind.objects.get_or_create(slug=role, defaults={"name": role.title(), "runs": role == "manager"})
    user = person(name)
    BatchRole.objects.create(batch=batch, user=user, role=role, since=date(2026, 1, 1))
    return user


CITIES = ("jakarta", "manila", "ha-noi", "yangon", "bangkok", "phuket", "da-nang", "makassar")


def learner(batch: Batch, name: str = "", city: str = "") -> Enrolment:
    number = next(NUMBERS)
    place = City.objects.get(slug=city or CITIES[number % len(CITIES)])
    return Enrolment.objects.create(
        batch=batch, user=person(name or f"Learner {number:03}", tz=place.tz), city=place
    )


def wall(at: datetime) -> datetime:
    """A wall time in Seoul."""
    return (at.astimezone(UTC) + timedelta(hours=9)).replace(tzinfo=None, second=0, microsecond=0)


def in_days(days: float) -> datetime:
    return wall(timezone.now() + timedelta(days=days))


def make_assignment(batch: Batch, title: str = "City Report", *, due: float = 3, **fields) -> Assignment:
    """Published a month ago; due in so many days."""
    values = {
        "title": title,
        "instructions": "Two pages on your city.",
        "rubric": make_rubric(),
        "due": in_days(due),
        "shown_from": in_days(-40),
        "by": None,
    }
    return assigning.save_assignment(batch, **{**values, **fields})


def make_material(
    batch: Batch, title: str = "What a zone is", *, shown: float | None = -2, **fields
) -> Material:
    values = {"kind": "page", "title": title, "body": "A zone is **an area** with people.", "by": None}
    start = None if shown is None else in_days(shown)
    return save_material(batch, shown_from=start, **{**values, **fields})


def a_file(name: str = "report.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def hand_in(assignment: Assignment, one: Enrolment, *, text: str = "My city floods.", **fields) -> Submission:
    key = fields.pop("key", f"k{next(NUMBERS)}")
    made = handing_in.hand_in(
        assignment, one, text=text, version=None, key=key, by=fields.pop("by", one.user), **fields
    )
    return Submission.objects.get(pk=made.submission_id)


def given(facts: int | str = 4, clarity: int | str = 3, comment: str = "", **said: str) -> marking.Given:
    return marking.Given({"facts": facts, "clarity": clarity}, said, comment)


def mark(work: Submission, by: User, facts: int = 4, clarity: int = 3, **fields):
    return marking.finish_sheet(work, given(facts, clarity), version=None, by=by, **fields)

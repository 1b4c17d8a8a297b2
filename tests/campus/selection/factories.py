"""A call with applications, its round with reviewers and a committee, as the tests need them."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from django.utils import timezone

from nagara.campus.admissions.models import Application, Call
from nagara.campus.cities.models import City
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Programme, ProgrammeVersion, Rubric, Track
from nagara.campus.selection.domain import add_reviewer, create_round, seat
from nagara.campus.selection.models import Assignment, Review, Round

NUMBERS = count(1)


def person(name: str, **fields) -> User:
    mail = f"p{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_rubric() -> Rubric:
    criteria = [
        {"id": "fit", "title": "Fits", "weight": 60, "max": 5, "anchors": {"1": "Hardly", "5": "Fully"}},
        {
            "id": "use",
            "title": "Use at home",
            "weight": 40,
            "max": 5,
            "anchors": {"1": "None", "5": "Planned"},
        },
    ]
    found, _ = Rubric.objects.get_or_create(
        key="selection", version=9, defaults={"title": "Selection of applicants", "criteria": criteria}
    )
    return found


def make_call(slug: str = "short-27", *, seats: int = 4) -> Call:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    batch = Batch.objects.create(
        version=version,
        slug=slug,
        name=f"Batch {slug}",
        starts=date(2027, 5, 3),
        ends=date(2027, 5, 21),
        seats=seats,
        state="selection",
        host_name="The host",
    )
    return Call.objects.create(
        batch=batch,
        slug=slug,
        prefix=slug.upper(),
        title=f"Call {slug}",
        state="closed",
        opens=datetime(2026, 10, 1, 9, 0),
        closes=datetime(2026, 11, 1, 18, 0),
        tz="Asia/Seoul",
        questions=[
            {
                "key": "city-work",
                "title": "Your city's problem",
                "questions": [
                    {"key": "problem", "label": "Which problem?", "kind": "text", "required": True}
                ],
            }
        ],
    )


def apply(
    call: Call, name: str, city: str, *, sex: str = "", state: str = "complete", **fields
) -> Application:
    """An application handed in; `city` is a slug."""
    place = City.objects.select_related("state").get(slug=city)
    number = next(NUMBERS)
    return Application.objects.create(
        call=call,
        user=person(name),
        city=place,
        home_state=place.state,
        sex=sex,
        state=state,
        reference=f"{call.prefix}-{number:04}",
        position="Planner",
        department=f"City of {place.name}",
        years_in_field=5,
        answers=fields.pop("answers", {"problem": f"Floods in {place.name}, says {name}."}),
        submitted_at=timezone.now(),
        **fields,
    )


def make_round(call: Call, *, by=None, reviewers: int = 3, **fields) -> Round:
    """A round with reviewers r1, r2 ... and a chair."""
    round_ = create_round(call, by=by, rubric=make_rubric(), **fields)
    for i in range(reviewers):
        add_reviewer(round_, person(f"Reviewer {i + 1}"), by=by)
    seat(round_, person("The Chair"), role="chair", by=by)
    return round_


def score(round_: Round, application: Application, *points: float) -> None:
    """Readings that are done, by the first reviewers, without going through sheets."""
    for place, (reviewer, value) in enumerate(zip(round_.reviewers.all(), points, strict=False), 1):
        reading = Assignment.objects.create(
            round=round_, application=application, reviewer=reviewer, place=place, state="done"
        )
        Review.objects.create(
            assignment=reading,
            scores={"fit": 3, "use": 3},
            points=round(value * 1000),
            submitted_at=timezone.now(),
            version=1,
        )

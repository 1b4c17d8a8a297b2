"""Questions about assessments: the instrument, the profile, how far people have come."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from nagara.campus.cities.models import City
from nagara.campus.readiness.domain.scoring import Given, Profile, profile_of
from nagara.campus.readiness.instruments import Questionnaire
from nagara.campus.readiness.models import Answer, Assessment, Instrument

INSTRUMENT = "CDR-32"
"""Key of the instrument that new assessments use, in its newest version."""


def newest_instrument() -> Instrument | None:
    return Instrument.objects.filter(key=INSTRUMENT).order_by("-version").first()


def questionnaire(assessment: Assessment) -> Questionnaire:
    """The instrument of an assessment as objects."""
    return Questionnaire(assessment.instrument.data)


def given(assessment: Assessment) -> list[Given]:
    """Answers that count: the expert's, and those of the people who hold a seat."""
    seats = {seat.user_id for seat in assessment.seats.all()}
    return [
        Given(a.question, a.side, a.score, str(a.by) if a.by else "someone who left", a.note, a.by_id)
        for a in assessment.answers.select_related("by")
        if a.side == Answer.Side.VERIFIED or a.by_id is None or a.by_id in seats
    ]


def profile(assessment: Assessment) -> Profile:
    """Scores, targets and gaps of an assessment."""
    return profile_of(
        questionnaire(assessment),
        given(assessment),
        assessment.evidence.values_list("question", flat=True),
        {target.dimension: float(target.value) for target in assessment.targets.all()},
    )


def of_city(city: City, user: Any) -> QuerySet[Assessment]:
    """The assessments of a city that `user` may see, newest first."""
    return Assessment.objects.visible_to(user).filter(city=city).order_by("-cycle")


def focus_areas(city: City) -> set[str]:
    """Names of the focus areas of the city's public projects."""
    return set(city.projects.values_list("focus_area__name", flat=True))


def newest_profile(city: City) -> tuple[Assessment, Profile] | None:
    """The newest assessment of a city that has enough answers for a profile: agreed ones first."""
    for state in (Assessment.State.AGREED, Assessment.State.VERIFYING, Assessment.State.SELF):
        for assessment in city.assessments.filter(state=state).select_related("instrument", "city"):
            found = profile(assessment)
            if not found.missing or not found.unverified:
                return assessment, found
    return None

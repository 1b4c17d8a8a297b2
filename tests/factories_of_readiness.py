"""Assessments for tests."""

from nagara.campus.cities.models import City
from nagara.campus.readiness.domain.answering import Typed, add_evidence, answer
from nagara.campus.readiness.domain.deciding import (
    name_answerers,
    name_expert,
    open_assessment,
    say_yes,
    send_to_expert,
)
from nagara.campus.readiness.domain.seeding import seed
from nagara.campus.readiness.questions import questionnaire


def opened(crowd, slug="jakarta", cycle=2026, by=None):
    seed()
    city = City.objects.get(slug=slug)
    return open_assessment(city, cycle=cycle, by=by or crowd.alice)


def answered(crowd, score=2, cycle=2026, by=None):
    made = opened(crowd, cycle=cycle)
    everything = [Typed(key, score, "") for key in questionnaire(made).home_of]
    answer(made, everything, side="self", by=by or crowd.alice)
    return made


def sent(crowd, score=2, cycle=2026):
    return send_to_expert(answered(crowd, score, cycle), by=crowd.alice, reason="Bob is away")


def agreed(crowd, expert, score=2, cycle=2026):
    made = sent(crowd, score, cycle)
    name_expert(expert, city=None, by=crowd.olga)
    everything = [Typed(key, score, "") for key in questionnaire(made).home_of]
    answer(made, everything, side="verified", by=expert)
    say_yes(made, side="expert", by=expert)
    return say_yes(made, side="city", by=crowd.alice)


__all__ = ["add_evidence", "agreed", "answered", "name_answerers", "opened", "sent"]

"""The demonstration's assessments: twelve cities of ten states; Jakarta has last year's and this year's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from nagara.campus.cities.domain import name_representative
from nagara.campus.cities.models import City, CityMember, State
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.readiness.domain.deciding import name_expert
from nagara.campus.readiness.instruments import Dimension, Questionnaire
from nagara.campus.readiness.models import Answer, Assessment, EvidenceItem, Instrument, Seat, Target
from nagara.campus.readiness.questions import newest_instrument

LAST, NOW = -1, 0
STORY = (
    ("jakarta", LAST, "agreed"),
    ("jakarta", NOW, "self"),
    ("bangkok", NOW, "agreed"),
    ("ha-noi", NOW, "agreed"),
    ("phnom-penh", NOW, "agreed"),
    ("vientiane", NOW, "verifying"),
    ("yangon", NOW, "agreed"),
    ("makassar", NOW, "agreed"),
    ("davao-city", NOW, "agreed"),
    ("johor-bahru", NOW, "agreed"),
    ("dili", NOW, "verifying"),
    ("bandar-seri-begawan", NOW, "agreed"),
    ("singapore", NOW, "agreed"),
)
FIRST = 100
"""Numbers of invented people from here on lead these cities."""
NOTES = (
    "Adopted by the council; the text is on the city's site.",
    "Begun in two departments, not yet in the others.",
    "Done by hand each month.",
    "Planned for next year's budget.",
)


@transaction.atomic
def load() -> None:
    """Add what is missing; nothing where assessments are there."""
    expert = User.objects.filter(email="expert@demo.example").first()
    if Assessment.objects.exists() or expert is None:
        return
    name_expert(expert, city=None, by=None)
    speaker = User.objects.filter(email="nr.indonesia@demo.example").first()
    if speaker is not None:
        name_representative(State.objects.get(iso2="ID"), speaker, by=None)
    cities = {city.slug: city for city in City.objects.select_related("state")}
    story = [row for row in STORY if row[0] in cities]
    leads = _leads([cities[slug] for slug in dict.fromkeys(row[0] for row in story)])
    instrument = newest_instrument()
    assert instrument is not None
    for slug, year, state in story:
        _assess(cities[slug], date.today().year + year, state, instrument, leads[slug], expert)  # noqa: DTZ011


def _leads(cities: list[City]) -> dict[str, list[User]]:
    """Who answers for each city: its team; a city without one gets an invented CSCO."""
    teams: dict[str, list[User]] = {city.slug: [] for city in cities}
    for member in CityMember.objects.current().filter(city__in=cities).select_related("user", "city"):
        teams[member.city.slug].append(member.user)
    alone = [city for city in cities if not teams[city.slug]]
    people = [invented(FIRST + i, city.state.iso2) for i, city in enumerate(alone)]
    there = set(User.objects.filter(email__in=[p.email for p in people]).values_list("email", flat=True))
    new = [
        NewPerson(
            p.email,
            p.passport_name,
            preferred_name=p.preferred_name,
            native_name=p.native_name,
            country=city.state.iso2,
            sex=p.sex,
            tz=city.tz,
        )
        for p, city in zip(people, alone, strict=True)
        if p.email not in there
    ]
    add_people(new, by=None)
    users = {u.email: u for u in User.objects.filter(email__in=[p.email for p in people])}
    rows = []
    for person, city in zip(people, alone, strict=True):
        teams[city.slug] = [users[person.email]]
        rows.append(CityMember(city=city, user=users[person.email], role=CityMember.Role.CSCO))
    CityMember.objects.bulk_create(rows)
    return teams


def _assess(
    city: City, cycle: int, state: str, instrument: Instrument, people: list[User], expert: User
) -> None:
    done = state == Assessment.State.AGREED
    made = Assessment.objects.create(
        city=city,
        instrument=instrument,
        cycle=cycle,
        state=state,
        opened_by=people[0],
        city_yes=people[0] if done else None,
        expert_yes=expert if done else None,
        agreed_at=datetime.now(UTC) - timedelta(days=365 if cycle < date.today().year else 60)  # noqa: DTZ011
        if done
        else None,
    )
    people = people[:3]
    Seat.objects.bulk_create([Seat(assessment=made, user=user) for user in people])
    chance = Random(f"{city.slug} {cycle}")  # noqa: S311 (an invented score)
    form = Questionnaire(instrument.data)
    answers = list(_answers(form, made, people, expert, chance))
    Answer.objects.bulk_create(answers)
    EvidenceItem.objects.bulk_create(_evidence(made, answers, people[0], chance))
    if state != Assessment.State.SELF:
        Target.objects.bulk_create(
            Target(
                assessment=made,
                dimension=dimension.id,
                value=_ambition(dimension, answers),
                reason="The new development plan asks for it.",
                set_by=expert,
            )
            for dimension in chance.sample(form.dimensions, 3)
        )


def _ambition(dimension: Dimension, answers: list[Answer]) -> Decimal:
    """A target of about two more than what the expert found."""
    ids = {question.id for question in dimension.questions}
    found = [a.score or 0 for a in answers if a.question in ids and a.side == Answer.Side.VERIFIED]
    mean = sum(found) / len(found) if found else 1
    return Decimal(min(10, round(2 * mean) + 4)) / 2


def _answers(
    form: Questionnaire, made: Assessment, people: list[User], expert: User, chance: Random
) -> Iterator[Answer]:
    """Answers of the people, and of the expert where it was sent. One that is under way has four dimensions
    by the CSCO, three by the first colleague, one by the second."""
    under_way = made.state == Assessment.State.SELF
    done_by = (4, 3, 1)
    for number, dimension in enumerate(form.dimensions):
        level = chance.uniform(0.8, 3.9) + (0.4 if under_way else 0)
        for question in dimension.questions:
            truth = level + chance.gauss(0, 0.6)
            for place, user in enumerate(people):
                if under_way and number >= done_by[place]:
                    continue
                yield _answer(made, question.id, "self", truth + chance.gauss(0.3, 0.6), user, chance)
            if not under_way and not (made.state == "verifying" and number > 4):
                yield _answer(made, question.id, "verified", truth, expert, chance)


def _answer(made: Assessment, question: str, side: str, level: float, user: User, chance: Random) -> Answer:
    score = max(0, min(5, round(level)))
    note = chance.choice(NOTES) if chance.random() < 0.25 else ""
    return Answer(assessment=made, question=question, side=side, score=score, note=note, by=user)


def _evidence(made: Assessment, answers: list[Answer], user: User, chance: Random) -> list[EvidenceItem]:
    """A link for most of the questions that need one."""
    high = sorted({a.question for a in answers if a.score is not None and a.score >= 3})
    return [
        EvidenceItem(
            assessment=made,
            question=question,
            title=f"Document for {question} (invented)",
            url=f"https://{made.city.slug}.example/readiness/{question.lower()}",
            by=user,
        )
        for question in high
        if chance.random() < 0.75
    ]

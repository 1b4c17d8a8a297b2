"""Verbs about assessments. Every one that decides keeps its reason and an audit event."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City, CityMember
from nagara.campus.cities.rules import is_csco
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.readiness.models import Answer, Assessment, Expert, Seat
from nagara.campus.readiness.questions import newest_instrument, profile, questionnaire
from nagara.citylab.errors import CityLabError

State = Assessment.State


class NotNow(CityLabError):
    """The assessment is not in a state that allows this, or something is missing for it."""


def held(assessment: Assessment, *states: str) -> Assessment:
    """The assessment, locked until the transaction ends, in one of `states`. Raises NotNow."""
    found = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if states and found.state not in states:
        raise NotNow(
            f"The assessment {found} is {found.get_state_display()}, so this cannot be changed now.",
            mend="Read it on its page; the office can open an agreed assessment again.",
        )
    return found


@transaction.atomic
def open_assessment(city: City, *, cycle: int, by: User | None) -> Assessment:
    """A new self assessment of the city in `cycle`, with a seat for its CSCO. One that is there already is
    returned as it is (a form sent twice). Raises NotNow without an instrument."""
    City.objects.select_for_update().get(pk=city.pk)
    there = Assessment.objects.filter(city=city, cycle=cycle).first()
    if there is not None:
        return there
    instrument = newest_instrument()
    if instrument is None:
        raise NotNow("There is no instrument yet.", mend="Run `nagara serve` once: it brings the seeds.")
    made = Assessment.objects.create(city=city, instrument=instrument, cycle=cycle, opened_by=by)
    leads = CityMember.objects.current().filter(city=city, role=CityMember.Role.CSCO)
    people = leads.values_list("user", flat=True)
    Seat.objects.bulk_create([Seat(assessment=made, user_id=pk) for pk in people])
    record("assessment opened", made.subject, by=by, city=city.slug, cycle=cycle)
    return made


@transaction.atomic
def name_answerers(assessment: Assessment, users: list[User], *, by: User) -> Assessment:
    """The people who answer for the city: its CSCO and colleagues of its team, three in all. Answers of
    someone who leaves the list are kept but count no more. Raises NotNow."""
    found = held(assessment, State.SELF)
    most = int(questionnaire(found).rules["answerers"])
    team = set(CityMember.objects.current().filter(city=found.city).values_list("user", flat=True))
    wanted = {user.pk for user in users}
    if wanted - team:
        raise NotNow("Only people of the city's team can answer for it.", mend="Add them to the team first.")
    if len(wanted) > most:
        raise NotNow(f"{len(wanted)} people are named; {most} answer: the CSCO and {most - 1} colleagues.")
    if not any(is_csco(user, found.city) for user in users):
        raise NotNow("The CSCO or the alternate must be one of those who answer.")
    found.seats.exclude(user__in=wanted).delete()
    there = set(found.seats.values_list("user", flat=True))
    Seat.objects.bulk_create([Seat(assessment=found, user_id=pk) for pk in sorted(wanted - there)])
    _tell("seat", [user for user in users if user.pk not in there], found, by=by)
    record("answerers named", found.subject, by=by, people=sorted(wanted))
    return found


@transaction.atomic
def send_to_expert(assessment: Assessment, *, by: User, reason: str) -> Assessment:
    """self -> verifying. The city's answers are closed. Raises NotNow where a dimension has too few answers,
    or fewer people answered than the rule says and no reason is given."""
    found = held(assessment, State.SELF)
    form, scores = questionnaire(found), profile(found)
    if scores.missing:
        least = int(form.rules["least_answers"])
        raise NotNow(
            "Too few questions are answered: "
            + "; ".join(f"{d.name}: {d.answered} of {d.asked}" for d in scores.missing)
            + ".",
            mend=f"Each dimension needs at least {least} answers.",
        )
    people = found.answers.filter(side=Answer.Side.SELF, score__isnull=False).values("by").distinct().count()
    if people < form.rules["answerers"] and not reason.strip():
        raise NotNow(
            f"{people} of {int(form.rules['answerers'])} people have answered.",
            mend="Let the others answer, or say why the city sends it without them.",
        )
    _tell("sent", experts_of(found.city), found, by=by, reason=reason.strip())
    return _move(found, State.VERIFYING, "sent to the expert", by=by, reason=reason)


@transaction.atomic
def return_to_city(assessment: Assessment, *, by: User, reason: str) -> Assessment:
    """verifying -> self: the expert asks the city to answer again. Needs a reason."""
    found = held(assessment, State.VERIFYING)
    _tell("returned", _city_people(found), found, by=by, reason=_said(reason))
    return _move(found, State.SELF, "returned to the city", by=by, reason=_said(reason))


@transaction.atomic
def reopen(assessment: Assessment, *, by: User, reason: str) -> Assessment:
    """agreed -> verifying. Needs a reason."""
    found = held(assessment, State.AGREED)
    _tell("reopened", [*_city_people(found), *experts_of(found.city)], found, by=by, reason=_said(reason))
    return _move(found, State.VERIFYING, "opened again", by=by, reason=_said(reason))


@transaction.atomic
def say_yes(assessment: Assessment, *, side: str, by: User, reason: str = "") -> Assessment:
    """City (`side` "city") or expert ("expert") agrees to scores and targets as they stand; when both have,
    the assessment is agreed. Raises NotNow where the expert has not answered enough."""
    found = held(assessment, State.VERIFYING)
    scores = profile(found)
    if scores.unverified:
        raise NotNow(
            "The expert has not verified enough questions: "
            + "; ".join(f"{d.name}: {d.verdicts} of {d.asked}" for d in scores.unverified)
            + "."
        )
    if side == "city":
        found.city_yes = by
    else:
        found.expert_yes = by
    found.save(update_fields=["city_yes", "expert_yes"])
    record(f"{side} said yes", found.subject, by=by, reason=reason)
    if found.city_yes_id and found.expert_yes_id:
        found.agreed_at = datetime.now(UTC)
        found.state = State.AGREED
        found.save(update_fields=["agreed_at", "state"])
        record("agreed", found.subject, by=by, cycle=found.cycle)
        _tell("agreed", [*_city_people(found), *experts_of(found.city)], found, by=by)
    return found


def forget_yes(assessment: Assessment) -> None:
    """What both had agreed to has changed: each must say yes again."""
    if assessment.city_yes_id or assessment.expert_yes_id:
        assessment.city_yes = assessment.expert_yes = None
        assessment.save(update_fields=["city_yes", "expert_yes"])


def experts_of(city: City) -> list[User]:
    """Who verifies a city: its own experts, else those of any city."""
    posts = Expert.objects.current().select_related("user")
    own = posts.filter(city=city) or posts.filter(city=None)
    return list({post.user_id: post.user for post in own}.values())


def _city_people(found: Assessment) -> list[User]:
    return [seat.user for seat in found.seats.select_related("user")]


def _tell(letter: str, people: list[User], found: Assessment, *, by: User, reason: str = "") -> None:
    """A letter to each of `people` but to who acts."""
    context = {"assessment": found, "by": by, "reason": reason}
    for user in people:
        if user.pk != by.pk:
            queue(to=user, template=f"readiness/{letter}", context=context, about=found.subject, by=by)


def _said(reason: str) -> str:
    if not reason.strip():
        raise NotNow("Please say why.", mend="The reason is kept with the assessment and shown to the city.")
    return reason.strip()


def _move(found: Assessment, state: str, verb: str, *, by: User, reason: str) -> Assessment:
    before, found.state = found.state, state
    found.city_yes = found.expert_yes = None
    found.agreed_at = None
    found.save(update_fields=["state", "city_yes", "expert_yes", "agreed_at"])
    record(verb, found.subject, by=by, reason=reason.strip(), before=before, after=state)
    return found


@transaction.atomic
def name_expert(user: User, *, city: City | None, by: User | None) -> Expert:
    """Make a person a programme expert from today, of one city or (None) of any. Harmless when repeated."""
    User.objects.select_for_update().get(pk=user.pk)
    there = Expert.objects.current().filter(user=user, city=city).first()
    if there is not None:
        return there
    made = Expert.objects.create(user=user, city=city)
    record("expert named", f"person/{user.pk}", by=by, city=city.slug if city else "")
    if by is not None:
        context = {"place": city or "any city"}
        queue(to=user, template="readiness/expert", context=context, about=f"person/{user.pk}", by=by)
    return made


@transaction.atomic
def end_expert(expert: Expert, *, by: User, reason: str) -> Expert:
    """The person is no expert any more, from today on. Needs a reason."""
    found = Expert.objects.select_for_update().get(pk=expert.pk)
    today = date.today()  # noqa: DTZ011 (a calendar day)
    record("expert ended", f"person/{found.user_id}", by=by, reason=_said(reason))
    found.until = date.fromordinal(today.toordinal() - 1)
    found.save(update_fields=["until"])
    return found

"""Verbs about an application: start, save, hand in, withdraw; a grace by the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from nagara.campus.admissions.domain import citizenship, documents, eligibility
from nagara.campus.admissions.domain.deadlines import need_open, need_time
from nagara.campus.admissions.domain.references import next_reference
from nagara.campus.admissions.models import Application, Call, Document, Nomination
from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import PastParticipation, User
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError

WORK = ("city", "home_state", "position", "department", "years_in_field", "secondary_city")


@dataclass(frozen=True)
class Missing:
    """Something that is still to do before handing in, and the page where it is done."""

    page: str
    what: str
    later: bool = False
    """True for what may come after handing in."""


@transaction.atomic
def start(call: Call, *, user: User, nomination: Nomination | None = None) -> Application:
    """The person's application to a call: begun now, or the one begun before. Prefilled from the nomination
    and from the person's last application.

    Raises CityLabError where the call is not open or needs a nomination that the person has not.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("batch").get(pk=call.pk)
    nomination = nomination or _nomination_of(call, user)
    before = Application.objects.filter(call=call, user=user).first()
    if before is not None:
        return _with_nomination(before, nomination)
    need_open(call, viewer=user)
    if call.needs_nomination and nomination is None:
        raise CityLabError(
            "This call is for nominated people.",
            mend="Ask the Chief Smart City Officer of your city, the National Representative of your state, "
            "or the head of your department to nominate you.",
        )
    application = Application(call=call, user=user, nomination=nomination, sex=user.sex)
    _prefill(application)
    application.save()
    documents.lay_out(application)
    record("application begun", f"application/{application.pk}", by=user, call=call.slug)
    return application


def _nomination_of(call: Call, user: User) -> Nomination | None:
    standing = Nomination.objects.standing().filter(call=call, email=user.email, application=None)
    return standing.select_related("city", "home_state").first()


def _with_nomination(application: Application, nomination: Nomination | None) -> Application:
    """An application begun under a nomination that was withdrawn goes on under the new one."""
    old = application.nomination
    stands = old is not None and old.state in Nomination.TAKES_A_PLACE
    if nomination is not None and not stands and nomination.pk != application.nomination_id:
        application.nomination = nomination
        application.save(update_fields=["nomination"])
    return application


def _prefill(application: Application) -> None:
    """From the nomination, else the last application, else an imported participation."""
    nomination = application.nomination
    last = (
        Application.objects.filter(user=application.user)
        .select_related("call__batch", "city", "home_state")
        .order_by("-started_at")
        .first()
    )
    if last is not None:
        years = application.call.batch.starts.year - last.call.batch.starts.year
        application.city, application.home_state = last.city, last.home_state
        application.position, application.department = last.position, last.department
        application.secondary_city = last.secondary_city
        if last.years_in_field is not None:
            application.years_in_field = last.years_in_field + max(0, years)
        asked = {q["key"] for page in application.call.questions for q in page["questions"]}
        application.answers = {key: value for key, value in last.answers.items() if key in asked}
    elif past := PastParticipation.objects.filter(user=application.user).exclude(city_slug="").first():
        application.city = City.objects.select_related("state").filter(slug=past.city_slug).first()
        application.home_state = application.city.state if application.city else None
    if nomination is not None:
        application.city, application.home_state = nomination.city, nomination.home_state
        application.position = nomination.position or application.position
        application.department = nomination.department or application.department


@transaction.atomic
def save_work(application: Application, *, by: User, **given: Any) -> Application:
    """Keep facts about the person's work: WORK. City and state of a nominated person stay as nominated."""
    application = changeable(application, by=by)
    nomination = application.nomination
    if nomination is not None:
        given["city"] = nomination.city or given.get("city")
        given["home_state"] = nomination.home_state
    city = given.get("city")
    if city is not None:
        if given.get("home_state") is not None and city.state_id != given["home_state"].pk:
            raise CityLabError(f"{city} is not in {given['home_state']}.", where="city")
        given["home_state"] = city.state
    for name in WORK:
        if name in given:
            setattr(application, name, given[name])
    application.save()
    return application


@transaction.atomic
def save_answers(application: Application, answers: Mapping[str, Any], *, by: User) -> Application:
    """Keep the answers of one page; the others stay."""
    application = changeable(application, by=by)
    application.answers = {**application.answers, **answers}
    application.save(update_fields=["answers", "saved_at"])
    return application


@transaction.atomic
def save_citizenship(application: Application, answers: Mapping[str, str], *, by: User) -> Application:
    """Keep the three answers of a scholarship."""
    application = changeable(application, by=by)
    citizenship.keep(application, answers, by=by)
    return application


@transaction.atomic
def save_sex(application: Application, sex: str, *, by: User) -> Application:
    application = changeable(application, by=by)
    application.sex = sex
    application.save(update_fields=["sex", "saved_at"])
    return application


def changeable(application: Application, *, by: User) -> Application:
    """The application under its lock. Raises CityLabError where it may not be changed (any more)."""
    locked = lock(application)
    if locked.state == Application.State.WITHDRAWN:
        raise CityLabError("This application was withdrawn.", mend="Take it up again first.")
    if locked.is_handed_in:
        raise CityLabError(
            f"This application is handed in: {locked.reference}.", mend="Write to the office to change it."
        )
    need_time(locked, viewer=by)
    return locked


def lock(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__batch__version__programme", "user", "nomination", "city", "home_state")
        .get(pk=application.pk)
    )


def missing(application: Application) -> list[Missing]:
    """What is to do before this application is handed in, page by page."""
    found = _missing_facts(application)
    found += [
        Missing(page["key"], f"“{question['label']}”")
        for page in application.call.questions
        for question in page["questions"]
        if question["required"] and application.answers.get(question["key"]) in (None, "")
    ]
    if application.call.asks_citizenship and not citizenship.answered(application):
        found.append(Missing("citizenship", "the three questions of the scholarship"))
    titles = {asked["kind"]: asked["title"] for asked in application.call.documents}
    found += [
        Missing("documents", titles[document.kind], later=True)
        for document in application.documents.all()
        if document.required and document.state == Document.State.MISSING and document.kind in titles
    ]
    return found


def _missing_facts(application: Application) -> list[Missing]:
    asked = (
        ("you", application.user.passport_name.strip(), "your name as in the passport"),
        ("you", application.sex, "your sex"),
        ("work", application.home_state_id, "your state"),
        ("work", application.position.strip(), "your position"),
        ("work", application.department.strip(), "your office"),
        ("work", application.years_in_field is not None, "your years in the field"),
    )
    return [Missing(page, words) for page, given, words in asked if not given]


@transaction.atomic
def submit(application: Application, *, by: User, anyway: bool = False) -> Application:
    """Hand in. Sent twice, it is handed in once. `anyway`: although documents are missing or a rule is not
    met. Raises CityLabError: what is missing, or that it is too late (in both clocks)."""
    Call.objects.select_for_update().get(pk=application.call_id)  # numbers are given one by one
    application = lock(application)
    if application.is_handed_in:
        return application
    application = changeable(application, by=by)
    _need_nomination(application)
    to_do = missing(application)
    now_missing = [one.what for one in to_do if not one.later]
    if now_missing:
        raise CityLabError(f"Still missing: {', '.join(now_missing)}.", mend="Fill these in first.")
    opened = citizenship.read(application, by=by, reason="eligibility at submission")
    if not anyway and (to_do or eligibility.outcome(eligibility.tell(application, opened)) is False):
        raise CityLabError(
            "Documents are missing or a rule is not met.", mend="Tick that you want to hand in all the same."
        )
    _hand_in(application, by=by)
    return application


def _need_nomination(application: Application) -> None:
    nomination = application.nomination
    if application.call.needs_nomination and (
        nomination is None or nomination.state not in Nomination.TAKES_A_PLACE
    ):
        raise CityLabError(
            "Your nomination does not stand any more.", mend="Ask those who nominated you, then hand in."
        )


def _hand_in(application: Application, *, by: User) -> None:
    application.reference = application.reference or next_reference(application.call)
    application.state = Application.State.SUBMITTED
    application.submitted_at = datetime.now(UTC)
    application.returning = city_returns(application)
    application.eligibility = [asdict(told) for told in eligibility.tell(application)]
    application.save()
    documents.settle(application)
    queue(
        to=application.user,
        template="admissions/received",
        context={
            "application": application,
            "call": application.call,
            "missing": [one.what for one in missing(application)],
            "link": reverse("application", args=[application.pk]),
        },
        about=f"application/{application.pk}",
        by=None,
    )
    subject = f"application/{application.pk}"
    record("application submitted", subject, by=by, reference=application.reference)


def city_returns(application: Application) -> bool:
    """Did the city take part in an earlier batch of the same programme?"""
    if application.city is None:
        return False
    batch = application.call.batch
    if PastParticipation.objects.filter(
        city_slug=application.city.slug, programme_title__iexact=batch.version.programme.name
    ).exists():
        return True
    return (
        Enrolment.objects.filter(city=application.city, batch__version__programme=batch.version.programme)
        .exclude(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .filter(batch__starts__lt=batch.starts)
        .exists()
    )


@transaction.atomic
def withdraw(application: Application, *, by: User, reason: str = "") -> Application:
    """Take an application back. Its number stays its own."""
    application = lock(application)
    if application.state == Application.State.WITHDRAWN:
        return application
    if by != application.user and not reason.strip():
        raise CityLabError("Say why.", where="reason")
    application.state = Application.State.WITHDRAWN
    application.save(update_fields=["state"])
    record("application withdrawn", f"application/{application.pk}", by=by, reason=reason.strip())
    return application


@transaction.atomic
def take_up(application: Application, *, by: User) -> Application:
    """Go on with a withdrawn application, as a draft."""
    application = lock(application)
    if application.state != Application.State.WITHDRAWN:
        return application
    need_time(application, viewer=by)
    application.state = Application.State.DRAFT
    application.save(update_fields=["state"])
    record("application taken up again", f"application/{application.pk}", by=by)
    return application


@transaction.atomic
def give_grace(application: Application, *, until: datetime, reason: str, by: User) -> Application:
    """Let a person hand in until `until` (wall time of the host), after the call has closed."""
    if not reason.strip():
        raise CityLabError("Say why.", where="reason")
    application = lock(application)
    if application.is_handed_in:
        raise CityLabError("This application is handed in already.")
    application.grace_until = until
    if application.last_instant <= max(datetime.now(UTC), application.call.closes_at):
        raise CityLabError(
            "The new time must lie after the call's closing time, and after now.", where="until"
        )
    application.save(update_fields=["grace_until"])
    queue(
        to=application.user,
        template="admissions/grace",
        context={
            "application": application,
            "call": application.call,
            "link": reverse("application", args=[application.pk]),
        },
        about=f"application/{application.pk}",
        by=by,
    )
    subject = f"application/{application.pk}"
    record("grace given", subject, by=by, reason=reason.strip(), until=until.isoformat())
    return application

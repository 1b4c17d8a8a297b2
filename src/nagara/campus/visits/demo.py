"""The demonstration's visits in the running course and in last year's. All is invented."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.people.models import Consent, ConsentText, User
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import Session
from nagara.campus.visits.demo_words import EMERGENCY, LEGS, VISITS
from nagara.campus.visits.domain import seat_group, set_up, share_out, tell
from nagara.campus.visits.domain.setting_up import KIND
from nagara.campus.visits.missing import PHOTO, TERMS
from nagara.campus.visits.models import Leg, Seat, TravelFacts, Visit

NOW, PAST = "ascn-short-course-now", "ascn-short-course-2026"
LACKS = "participant@demo.example"
LEADER = "lecturer@demo.example"
DIETS = ("halal", "", "vegetarian", "halal", "", "no-beef", "no-pork", "", "halal", "no-nuts")
ACCESS = ("", "", "", "prayer", "", "", "short-walks", "prayer", "", "", "", "", "step-free")
KIN = (("Siti", "wife"), ("Somchai", "brother"), ("Mai", "sister"), ("Arif", "husband"), ("Thida", "mother"))


@transaction.atomic
def load() -> None:
    """Add what is missing, where the timetable has technical visits."""
    for slug in (NOW, PAST):
        batch = Batch.objects.filter(slug=slug).first()
        if batch is not None and not Visit.objects.filter(session__activity__batch=batch).exists():
            _visits(batch)


def _visits(batch: Batch) -> None:
    office = User.objects.filter(email="office@demo.example").first()
    sessions = Session.objects.filter(activity__batch=batch, activity__kind__slug=KIND, cancelled=False)
    made = [_visit(session, office) for session in sessions.select_related("activity__kind")]
    if made and batch.slug == NOW:
        _facts(batch)
    for visit in made:
        if getattr(visit.session, "public", None) is not None:
            tell(visit, by=office, quiet=True)


def _visit(session: Session, office: User | None) -> Visit:
    visit = set_up(session, by=office)
    said: dict[str, Any] = dict(VISITS.get(str(session), {}))
    said.setdefault("emergency", EMERGENCY)
    if said.get("whom") == Visit.Whom.SIGN_UP:
        day = datetime.combine(session.day, time(18))
        said |= {"opens": day - timedelta(days=30), "closes": day - timedelta(days=1)}
    for name, value in said.items():
        setattr(visit, name, value)
    visit.save()
    visit.leaders.set(User.objects.filter(email=LEADER))
    legs = LEGS.get(str(session), ())
    Leg.objects.bulk_create(Leg(visit=visit, order=n, **leg) for n, leg in enumerate(legs, 1))
    if visit.whom == Visit.Whom.SIGN_UP:
        _sign_up(visit)
    else:
        seat_group(visit, by=office)
    share_out(visit, by=office)
    return visit


def _sign_up(visit: Visit) -> None:
    """Every seat but two is taken, one by the participant who may sign in, and nobody waits."""
    people = visit.batch.enrolments.exclude(user__email="staff1.jakarta@demo.example")
    own = people.filter(user__email=LACKS)
    others = people.exclude(user__email=LACKS).order_by("pk")[: (visit.seats or 24) - 2 - own.count()]
    Seat.objects.bulk_create(
        Seat(visit=visit, enrolment=enrolment, state=Seat.State.SEATED) for enrolment in [*own, *others]
    )


def _facts(batch: Batch) -> None:
    """What people said: four have said nothing yet, one neither her passport number nor whom to call."""
    enrolments = list(Enrolment.objects.filter(batch=batch).select_related("user").order_by("pk"))
    said = [e for n, e in enumerate(enrolments) if n % 12 != 7 or e.user.email == LACKS]
    TravelFacts.objects.bulk_create(_fact(n, enrolment) for n, enrolment in enumerate(said))
    versions = dict(
        ConsentText.objects.filter(purpose__in=[TERMS, PHOTO])
        .order_by("version")
        .values_list("purpose", "version")
    )
    known = set(Consent.objects.filter(purpose__in=versions).values_list("user", "purpose"))
    Consent.objects.bulk_create(
        Consent(user=e.user, purpose=purpose, version=version, given=(n + len(purpose)) % 9 != 0, by=e.user)
        for n, e in enumerate(said)
        for purpose, version in versions.items()
        if (e.user_id, purpose) not in known
    )


def _fact(n: int, enrolment: Enrolment) -> TravelFacts:
    name, relation = KIN[n % len(KIN)]
    passport = "" if enrolment.user.email == LACKS else f"{chr(65 + n % 26)}{4_000_000 + n * 7919}"
    note = "Asthma: the spray is in the outer pocket." if n % 16 == 3 else ""
    if enrolment.user.email == LACKS:
        name = relation = ""
    return TravelFacts(
        enrolment=enrolment,
        diet=[need] if (need := DIETS[n % len(DIETS)]) else [],
        diet_note="no shellfish" if n % 19 == 4 else "",
        access=[need] if (need := ACCESS[n % len(ACCESS)]) else [],
        emergency_name=name,
        emergency_relation=relation,
        emergency_phone=f"+{60 + n % 7} 55 010 {n:03}" if name else "",
        passport_number=passport,
        medical_note=note,
        medical_said=True,
        at=timezone.now(),
    )

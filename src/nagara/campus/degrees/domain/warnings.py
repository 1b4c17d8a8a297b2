"""Early warnings: who does not meet a warning rule now, since when, and what was agreed about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.courses import subject
from nagara.campus.degrees.domain.judging import Judged, judge_many
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.models import Advising, EarlyWarning, WarningNote, WeeklyLetter
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.rule_schema import rules_of

LOOK_EVERY = timedelta(hours=20)


@dataclass(frozen=True)
class Live:
    """A warning rule that is not met now. `kept` is what is on record of it, if it was seen before."""

    enrolment: Enrolment
    rule: str
    said: str
    mend: str
    kept: EarlyWarning | None

    @property
    def since(self) -> datetime | None:
        return self.kept.first_seen if self.kept else None

    @property
    def notes(self) -> list[WarningNote]:
        return list(self.kept.notes.all()) if self.kept else []


def live(batch: Batch, enrolments: Sequence[Enrolment], *, now: datetime | None = None) -> list[Live]:
    """Warnings of these people as they are now, in a fixed number of queries."""
    return live_of(judge_many(batch, enrolments, ("warnings",), now=now).values())


def live_of(found: Iterable[Judged]) -> list[Live]:
    """Warnings from what is judged already."""
    judged = [j for j in found if "warnings" in j.sections]
    held = EarlyWarning.objects.filter(
        enrolment__in=[j.enrolment.pk for j in judged], ended_at__isnull=True
    ).prefetch_related("notes__by")
    kept = {(w.enrolment_id, w.rule): w for w in held}
    return [
        Live(j.enrolment, v.rule, v.said, v.mend, kept.get((j.enrolment.pk, v.rule)))
        for j in judged
        for v in j.sections["warnings"].verdicts
        if v.met is False
    ]


def students(batch: Batch) -> list[Enrolment]:
    """Those of a batch who study now."""
    return list(
        Enrolment.objects.filter(batch=batch, state=Enrolment.State.ENROLLED)
        .select_related("user", "city__state", "batch__version")
        .order_by("user__sort_key", "pk")
    )


@transaction.atomic
def look_again(
    batch: Batch, enrolments: Sequence[Enrolment] | None = None, *, now: datetime | None = None
) -> int:
    """Write down which warnings hold now: new ones begin, those that no longer hold end. Says how many
    began or ended. Called twice it changes nothing."""
    at = now or timezone.now()
    Batch.objects.select_for_update().get(pk=batch.pk)
    people = list(enrolments) if enrolments is not None else students(batch)
    found = {(w.enrolment.pk, w.rule): w for w in live(batch, people, now=at)}
    still = [w.kept for w in found.values() if w.kept is not None]
    for warning in still:
        now_said = found[(warning.enrolment_id, warning.rule)]
        warning.said, warning.mend, warning.last_seen = now_said.said, now_said.mend, at
    EarlyWarning.objects.bulk_update(still, ["said", "mend", "last_seen"])
    new = [
        EarlyWarning(
            enrolment=w.enrolment, rule=w.rule, said=w.said, mend=w.mend, first_seen=at, last_seen=at
        )
        for w in found.values()
        if w.kept is None
    ]
    EarlyWarning.objects.bulk_create(new)
    ended = EarlyWarning.objects.filter(enrolment__in=[e.pk for e in people], ended_at__isnull=True).exclude(
        pk__in=[w.pk for w in [*still, *new]]
    )
    return len(new) + ended.update(ended_at=at)


@transaction.atomic
def answer_warning(
    enrolment: Enrolment, rule: str, *, text: str, by: User, now: datetime | None = None
) -> WarningNote:
    """Write down what was agreed about a warning that holds now."""
    if not text.strip():
        raise DegreeError(
            "What was agreed is missing.", where="text", mend="Say in a sentence what comes next."
        )
    look_again(enrolment.batch, [enrolment], now=now)
    warning = EarlyWarning.objects.filter(enrolment=enrolment, rule=rule, ended_at__isnull=True).first()
    if warning is None:
        raise DegreeError("This warning does not hold any more.", mend="Look at the list again.")
    note = WarningNote.objects.create(warning=warning, text=text.strip(), by=by)
    record("warning answered", subject(enrolment), by=by, rule=rule)
    return note


def week_of(batch: Batch, now: datetime) -> str:
    """The ISO week at the host: 2026-W47."""
    year, week, _ = now.astimezone(ZoneInfo(batch.tz)).isocalendar()
    return f"{year}-W{week:02d}"


def warned_batches() -> list[Batch]:
    """Running batches that have warning rules."""
    running = Batch.objects.filter(state=Batch.State.RUNNING).select_related("version")
    return [b for b in running if rules_of(b.version.rules, "warnings") and b.version.rules.get("degree")]


def daily(now: datetime) -> int:
    """Once a day: write down which warnings hold. Says how many began or ended."""
    count = 0
    for batch in warned_batches():
        seen = EarlyWarning.objects.filter(enrolment__batch=batch).aggregate(at=Max("last_seen"))["at"]
        if seen is None or now - seen >= LOOK_EVERY:
            count += look_again(batch, now=now)
    return count


def weekly(now: datetime) -> int:
    """Once a week from Monday 08:00 at the host: one letter to each advisor whose students have warnings.
    Says how many letters were written. Twice in a week it writes nothing new."""
    count = 0
    for batch in warned_batches():
        local = now.astimezone(ZoneInfo(batch.tz))
        if local.weekday() == 0 and local.hour < 8:
            continue
        count += write_weekly(batch, now=now)
    return count


@transaction.atomic
def write_weekly(batch: Batch, *, now: datetime, by: User | None = None) -> int:
    """The letters of this week for one batch."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    week = week_of(batch, now)
    advisors = advisors_of(batch)
    had = set(WeeklyLetter.objects.filter(batch=batch, week=week).values_list("advisor", flat=True))
    waiting = {user.pk for user in advisors.values()} - had
    if not waiting:
        return 0
    people = students(batch)
    look_again(batch, people, now=now)
    by_advisor: dict[User, list[Live]] = defaultdict(list)
    for warning in live(batch, people, now=now):
        advisor = advisors.get(warning.enrolment.pk)
        if advisor is not None and advisor.pk in waiting:
            by_advisor[advisor].append(warning)
    for advisor, found in by_advisor.items():
        WeeklyLetter.objects.create(batch=batch, advisor=advisor, week=week, warnings=len(found))
        queue(
            to=advisor,
            template="degrees/weekly",
            context={
                "batch": batch,
                "warnings": _by_person(found),
                "path": reverse("degree-warnings", args=[batch.slug]),
            },
            about=f"batch/{batch.slug}",
            by=by,
        )
    return len(by_advisor)


def advisors_of(batch: Batch) -> dict[int, User]:
    """The advisor of each student today, by primary key of the enrolment."""
    rows = Advising.objects.filter(now_valid(), enrolment__batch=batch).select_related("user")
    return {row.enrolment_id: row.user for row in rows}


def _by_person(found: Iterable[Live]) -> list[tuple[Enrolment, list[Live]]]:
    people: dict[int, tuple[Enrolment, list[Live]]] = {}
    for warning in found:
        people.setdefault(warning.enrolment.pk, (warning.enrolment, []))[1].append(warning)
    return list(people.values())

"""What the room tells the others: doors of a batch, roles, personal data, addresses in the audit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse

from nagara.campus.audit import subjects
from nagara.campus.degrees.domain.semesters import is_degree
from nagara.campus.degrees.models import (
    Advising,
    AdvisorMeeting,
    CourseTaking,
    EarlyWarning,
    GradeChange,
    Leave,
    Milestone,
    Offering,
    Practicum,
    PracticumEntry,
    Recommended,
    WarningNote,
)
from nagara.campus.people import data_port, roles
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.people.rules import may
from nagara.campus.programmes import tabs
from nagara.campus.programmes.models import Batch, Enrolment

KINDS = {"advisor": "Advisor of a student", "lecturer": "Lecturer of a course"}
ERASED = "(erased)"


def tabs_of(batch: Batch, user: Any) -> Iterator[tabs.Tab]:
    """Doors of a batch that gives a degree."""
    if not is_degree(batch):
        return
    own = Enrolment.objects.filter(batch=batch, user=user).exclude(state="withdrawn").first()
    if own is not None:
        yield tabs.Tab("My degree", reverse("degree-audit", args=[own.pk]), "what is still missing")
    if may(user, "degrees.see_students", batch):
        yield tabs.Tab("Degrees", reverse("degree-overview", args=[batch.slug]), "progress of all students")
        yield tabs.Tab("Early warnings", reverse("degree-warnings", args=[batch.slug]))
    if may(user, "degrees.run", batch):
        yield tabs.Tab("Semesters", reverse("degree-semesters", args=[batch.slug]))
        yield tabs.Tab("Recommendation", reverse("degree-recommendation", args=[batch.slug]))
    elif Offering.objects.filter(semester__batch=batch, lecturer=user).exists():
        yield tabs.Tab("My classes", reverse("degrees"))


def held_by_many(ids: Collection[int]) -> Mapping[int, Iterable[roles.Held]]:
    """Advisors and lecturers, in two queries."""
    found: dict[int, list[roles.Held]] = defaultdict(list)
    rows = Advising.objects.filter(now_valid(), user__in=ids).select_related(
        "enrolment__batch", "enrolment__user"
    )
    for row in rows:
        url = reverse("degree-audit", args=[row.enrolment_id])
        label = f"{row.enrolment.user}, {row.enrolment.batch}"
        found[row.user_id].append(roles.Held("Advisor", "student", label, url, row.since, row.until))
    for offering in Offering.objects.filter(lecturer__in=ids).select_related("course", "semester"):
        label = f"{offering.course}, {offering.semester}"
        held = roles.Held("Lecturer", "course", label, offering.get_absolute_url())
        found[offering.lecturer_id or 0].append(held)
    return found


def holders(key: str) -> Iterable[int]:
    if key == "advisor":
        return Advising.objects.filter(now_valid()).values_list("user", flat=True)
    return Offering.objects.exclude(lecturer=None).values_list("lecturer", flat=True)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that the room holds about a person."""
    mine = {"enrolment__user": user}
    takings = CourseTaking.objects.filter(**mine).select_related("grade", "semester")
    stones = Milestone.objects.filter(**mine)
    meetings = AdvisorMeeting.objects.filter(**mine).select_related("advisor")
    return {
        "degree-courses": [
            {
                "code": t.code,
                "title": t.title,
                "semester": t.semester.name if t.semester else "",
                "state": t.state,
                "credits": str(t.credits),
                "grade": t.grade.letter if t.grade else "",
                "also_for": t.other_degree,
                "transferred_from": t.transferred_from,
                "document": t.document,
            }
            for t in takings
        ],
        "degree-milestones": [
            {"name": m.name, "passed": m.passed, "on": m.on.isoformat(), "evidence": m.evidence}
            for m in stones
        ],
        "degree-meetings": [
            {"on": m.on.isoformat(), "advisor": str(m.advisor or ""), "about": m.about, "agreed": m.agreed}
            for m in meetings
        ],
        "degree-practica": [
            {
                "place": p.place,
                "mentor": p.mentor,
                "starts": p.starts.isoformat(),
                "ends": p.ends.isoformat(),
                "task": p.task,
                "log": [f"{e.on.isoformat()}: {e.text}" for e in p.entries.all()],
            }
            for p in Practicum.objects.filter(**mine).prefetch_related("entries")
        ],
        "degree-leaves": [
            {"semester": leave.semester.name, "reason": leave.reason}
            for leave in Leave.objects.filter(**mine).select_related("semester")
        ],
        "degree-warnings": [
            {
                "warning": w.said,
                "from": w.first_seen.isoformat(),
                "to": w.ended_at.isoformat() if w.ended_at else "",
                "agreed": [n.text for n in w.notes.all()],
            }
            for w in EarlyWarning.objects.filter(**mine).prefetch_related("notes")
        ],
        "degree-advisees": [
            {"since": a.since.isoformat(), "until": a.until.isoformat() if a.until else ""}
            for a in Advising.objects.filter(user=user)
        ],
    }


def erase(user: User) -> None:
    """Courses, grades, days and verdicts stay; words about the person go."""
    mine = {"enrolment__user": user}
    AdvisorMeeting.objects.filter(**mine).update(about=ERASED, agreed="")
    Milestone.objects.filter(**mine).update(evidence="")
    Practicum.objects.filter(**mine).update(place=ERASED, mentor=ERASED, task="")
    PracticumEntry.objects.filter(practicum__enrolment__user=user).update(text=ERASED)
    Leave.objects.filter(**mine).update(reason=ERASED)
    WarningNote.objects.filter(warning__enrolment__user=user).update(text=ERASED)
    GradeChange.objects.filter(taking__enrolment__user=user).update(reason=ERASED)
    CourseTaking.objects.filter(**mine).exclude(document="").update(document=ERASED)
    for row in Recommended.objects.filter(**mine):
        row.verdicts = [{**v, "said": ERASED} for v in row.verdicts]
        row.save(update_fields=["verdicts"])
    Advising.objects.filter(user=user, until=None).delete()
    Offering.objects.filter(lecturer=user).update(lecturer=None)


def register() -> None:
    tabs.register("degrees", 60, tabs_of)
    subjects.register("degree", lambda key: f"/degrees/{key}/")
    subjects.register("offering", lambda key: f"/degrees/classes/{key}/")
    subjects.register("scale", lambda key: f"/degrees/scales/{key}/")
    roles.register(
        "degrees",
        lambda user: held_by_many([user.pk]).get(user.pk, []),
        many=held_by_many,
        kinds=KINDS,
        holders=holders,
    )
    data_port.register(
        "degrees",
        export=export,
        erase=erase,
        stays="courses, grades, milestones and verdicts, without a name",
    )

"""What other rooms are told: outcomes of applications, roles of people, personal data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.urls import reverse

from nagara.campus.admissions import outcomes
from nagara.campus.audit import subjects
from nagara.campus.people import data_port, roles
from nagara.campus.people.models import User
from nagara.campus.selection.models import (
    Assignment,
    Change,
    Committee,
    Conflict,
    Decision,
    Outcome,
    Result,
    Review,
    Reviewer,
)

TEXT = {
    Outcome.ACCEPT: "A place is yours. Say whether you come.",
    Outcome.RESERVE: "When a place comes free we write to you at once.",
    Outcome.REVISE: "The committee asks you to revise your application and to apply again.",
    Outcome.REJECT: "There were more good applications than places.",
    Outcome.DEFER: "Your application is kept for a later batch.",
}


def title_of(result: Result) -> str:
    """The outcome in words: "Waiting list, place 3"."""
    if result.answer == Result.Answer.DECLINED:
        return "Place given back"
    words = Outcome(result.outcome).label.capitalize()
    if result.outcome == Outcome.RESERVE and result.place:
        return f"{words}, place {result.place}"
    return words


def released(ids: Collection[int]) -> Mapping[int, outcomes.Outcome]:
    """Outcomes of those applications whose round is released."""
    found = Result.objects.filter(application__in=ids).select_related("application", "round__release")
    return {
        r.application_id: outcomes.Outcome(
            r.outcome,
            title_of(r),
            TEXT[Outcome(r.outcome)] if not r.answer else "",
            r.promoted_at or r.round.release.at,
            reverse("selection-outcome", args=[r.application.reference]),
        )
        for r in found
    }


def held_by(user: User) -> Iterable[roles.Held]:
    """Reviewer and committee places of a person."""
    return held_by_many([user.pk])[user.pk]


def held_by_many(ids: Collection[int]) -> dict[int, list[roles.Held]]:
    found: dict[int, list[roles.Held]] = {pk: [] for pk in ids}
    for reviewer in Reviewer.objects.filter(user__in=ids, active=True).select_related("round"):
        url = reverse("selection-reading", args=[reviewer.round_id])
        found[reviewer.user_id].append(roles.Held("Reviewer", "selection round", str(reviewer.round), url))
    for member in Committee.objects.filter(user__in=ids).select_related("round"):
        found[member.user_id].append(
            roles.Held(
                f"{member.get_role_display()} of the committee",
                "selection round",
                str(member.round),
                member.round.get_absolute_url(),
            )
        )
    return found


KINDS = {"reviewer": "Reviewers", "committee": "Committee members"}


def holders(key: str) -> Iterable[int]:
    if key == "reviewer":
        return Reviewer.objects.filter(active=True).values_list("user", flat=True)
    return Committee.objects.values_list("user", flat=True)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """What this room holds about a person: own outcomes, own readings, own conflicts of interest. Marks of
    others about the person stay with the committee."""
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in Result.objects.filter(application__user=user).select_related("application"):
        files["selection-results"].append(
            {
                "application": result.application.reference,
                "outcome": result.outcome,
                "place": result.place,
                "answer": result.answer,
                "answer_reason": result.answer_reason,
            }
        )
    readings = Assignment.objects.filter(reviewer__user=user).select_related("application", "review")
    for reading in readings:
        review = getattr(reading, "review", None)
        files["selection-readings"].append(
            {
                "application": reading.application.reference,
                "state": reading.state,
                "marks": review.scores if review else {},
                "comment": review.comment if review else "",
                "at": review.submitted_at.isoformat() if review and review.submitted_at else "",
            }
        )
    for conflict in Conflict.objects.filter(user=user).select_related("application"):
        files["selection-conflicts"].append(
            {"application": conflict.application.reference, "kind": conflict.kind, "reason": conflict.reason}
        )
    return dict(files)


def erase(user: User) -> None:
    """Scores, decisions and outcomes stay, as those of an erased person; words that name or describe the
    person go: why a place was given back, changes by hand, conflicts of interest, comments."""
    Result.objects.filter(application__user=user).exclude(answer_reason="").update(answer_reason="(erased)")
    Conflict.objects.filter(user=user).update(reason="(erased)")
    Conflict.objects.filter(application__user=user).update(reason="(erased)")
    Review.objects.filter(assignment__reviewer__user=user).update(comment="")
    Review.objects.filter(assignment__application__user=user).update(comment="")
    Change.objects.filter(application__user=user).update(reason="(erased)", letter="")
    Decision.objects.filter(application__user=user, by__isnull=False).update(reason="(erased)")
    Decision.objects.filter(application__user=user).update(letter="")
    Reviewer.objects.filter(user=user).update(active=False)
    Committee.objects.filter(user=user).delete()


def register() -> None:
    outcomes.register("selection", released)
    subjects.register("round", lambda key: f"/selection/{key}/")
    roles.register("selection", held_by, many=held_by_many, kinds=KINDS, holders=holders)
    data_port.register(
        "selection",
        export=export,
        erase=erase,
        stays="scores, decisions and outcomes, without a name",
    )

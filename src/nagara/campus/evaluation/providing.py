"""Facts for the rules: the form at the end is filled in; the share of daily forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from nagara.campus.evaluation.models import AT_END, DAILY, Answered, Occasion
from nagara.campus.evaluation.times import kind_of
from nagara.campus.programmes.facts import Fact, provides_many, unknown
from nagara.campus.programmes.models import Batch, EvaluationForm

DONE, SHARE = "evaluation.done", "evaluation.daily_share"


@provides_many(DONE, meaning="has filled in the evaluation at the end")
def _done(batch: Batch, users: Sequence[Any]) -> Mapping[int, Any]:
    """Unknown before the form opens; then true or false."""
    now = timezone.now()
    forms = list(
        Occasion.objects.filter(batch=batch, kind=AT_END, opens__lte=now).values_list("pk", flat=True)
    )
    if not forms:
        return dict.fromkeys((user.pk for user in users), unknown(DONE, _why_not(batch)))
    filled = Counter(
        Answered.objects.filter(occasion__in=forms, user__in=users).values_list("user", flat=True)
    )
    return {
        user.pk: Fact(
            DONE, filled[user.pk] == len(forms), evidence="that the form was filled in; not what it says"
        )
        for user in users
    }


def _why_not(batch: Batch) -> str:
    asked = any(kind_of(form) == AT_END for form in EvaluationForm.objects.filter(version=batch.version_id))
    if not asked:
        return "the programme has no form that is asked on the last day"
    return f"the form opens on {batch.ends:%d %b %Y}"


@provides_many(SHARE, unit="1", meaning="daily evaluations filled in / days that were asked about")
def _share(batch: Batch, users: Sequence[Any]) -> Mapping[int, Any]:
    """Days whose form is closed, or which the person has answered already; unknown before the first."""
    closed = set(
        Occasion.objects.filter(batch=batch, kind=DAILY, closes__lte=timezone.now()).values_list(
            "pk", flat=True
        )
    )
    filled: dict[int, set[int]] = {user.pk: set() for user in users}
    rows = Answered.objects.filter(Q(occasion__kind=DAILY), occasion__batch=batch, user__in=users)
    for user, occasion in rows.values_list("user", "occasion"):
        filled[user].add(occasion)
    found: dict[int, Any] = {}
    for user in users:
        days = closed | filled[user.pk]
        found[user.pk] = (
            Fact(
                SHARE,
                len(filled[user.pk]) / len(days),
                "1",
                evidence=f"{len(filled[user.pk])} of {len(days)} days",
            )
            if days
            else unknown(SHARE, "no day was asked about yet")
        )
    return found

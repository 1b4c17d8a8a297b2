"""Verbs of the grade book: weights and rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.learning.models import BookEntry, BookRules
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Course
from nagara.citylab.errors import CityLabError

Weights = Mapping[str, tuple[Decimal | None, str]]


@transaction.atomic
def set_weights(
    batch: Batch,
    weights: Weights,
    *,
    drop: Mapping[str, int] | None = None,
    course: Course | None = None,
    by: User | None,
    reason: str = "",
) -> None:
    """What counts in the grade book of a batch, or of one course in it: {source: (weight or None, bundle)}.
    The weights sum to 100 exactly. Raises CityLabError where they do not."""
    Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    given = {source: (w, bundle.strip()[:60]) for source, (w, bundle) in weights.items() if w}
    total = sum((w for w, _ in given.values() if w is not None), Decimal(0))
    if given and total != 100:
        raise CityLabError(
            f"The weights come to {total}, not to 100.",
            where="weights",
            mend="Change them until they do: whoever reads a total must know what it is of.",
        )
    bundles = {bundle for _, bundle in given.values() if bundle}
    rules = {name: n for name, n in (drop or {}).items() if n}
    if set(rules) - bundles - _elsewhere(batch, course):
        raise CityLabError("A bundle from which one is dropped has no entries.", where="drop")
    BookEntry.objects.filter(batch=batch, course=course).delete()
    BookEntry.objects.filter(batch=batch, source__in=given).delete()
    BookEntry.objects.bulk_create(
        BookEntry(batch=batch, course=course, source=source, weight=weight, bundle=bundle)
        for source, (weight, bundle) in given.items()
        if weight is not None
    )
    if drop is not None:
        kept = BookRules.objects.filter(batch=batch).first()
        others = {k: v for k, v in (kept.drop if kept else {}).items() if k not in bundles and k not in drop}
        BookRules.objects.update_or_create(batch=batch, defaults={"drop": others | rules})
    record(
        "weights set",
        f"batch/{batch.slug}",
        by=by,
        reason=reason,
        weights={source: str(w) for source, (w, _) in given.items()},
        drop=rules,
    )


def _elsewhere(batch: Batch, course: Course | None) -> set[str]:
    """Bundles of other grade books of the batch."""
    return set(BookEntry.objects.filter(batch=batch).exclude(course=course).values_list("bundle", flat=True))

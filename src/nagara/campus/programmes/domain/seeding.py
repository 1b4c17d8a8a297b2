"""Fills an empty site: tracks, kinds, modules, rubrics."""

from __future__ import annotations

from django.db import transaction

from nagara.campus.programmes import seeds
from nagara.campus.programmes.models import ActivityKind, Module, RoleKind, Rubric, Track


@transaction.atomic
def seed() -> None:
    """Add what is missing and leave alone what is there: the office's edits stay."""
    policy = seeds.read("policy")
    known = set(Track.objects.values_list("slug", flat=True))
    Track.objects.bulk_create(
        Track(order=order, **row) for order, row in enumerate(policy["tracks"]) if row["slug"] not in known
    )
    known = set(ActivityKind.objects.values_list("slug", flat=True))
    ActivityKind.objects.bulk_create(
        ActivityKind(slug=slug, name=name, order=order)
        for order, (slug, name) in enumerate(policy["activity_kinds"])
        if slug not in known
    )
    known = set(RoleKind.objects.values_list("slug", flat=True))
    RoleKind.objects.bulk_create(
        RoleKind(order=order, **row)
        for order, row in enumerate(policy["role_kinds"])
        if row["slug"] not in known
    )
    known = set(Module.objects.values_list("code", flat=True))
    Module.objects.bulk_create(Module(**row) for row in seeds.read("modules") if row["code"] not in known)
    _rubrics()


def _rubrics() -> None:
    known = set(Rubric.objects.values_list("key", flat=True))
    Rubric.objects.bulk_create(
        Rubric(key=row["key"], title=row["title"], criteria=[_plain(item) for item in row["criteria"]])
        for row in seeds.read("rubrics")
        if row["key"] not in known
    )


def _plain(criterion: dict[str, object]) -> dict[str, object]:
    """A criterion as JSON holds it: marks of the anchors as text."""
    anchors = criterion["anchors"]
    assert isinstance(anchors, dict)
    return {**criterion, "anchors": {str(mark): words for mark, words in anchors.items()}}

"""Fills an empty site: tracks, kinds, modules, rubrics, the first version of both programmes."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import transaction

from nagara.campus.cities.models import FocusArea, Framework, State
from nagara.campus.programmes import seeds
from nagara.campus.programmes.domain.versions import publish
from nagara.campus.programmes.models import (
    ActivityKind,
    Course,
    EvaluationForm,
    FrameworkTag,
    Module,
    PlannedActivity,
    Programme,
    ProgrammeVersion,
    RoleKind,
    Rubric,
    Track,
    VersionBudgetLine,
    VersionModule,
    VersionRole,
    VersionRubric,
)


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
    for name in ("short_course", "masters"):
        _programme(seeds.read(name))


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


def _programme(text: dict[str, Any]) -> None:
    """A programme with its first version, published; nothing where a programme of that name is there."""
    if Programme.objects.filter(slug=text["slug"]).exists():
        return
    track = Track.objects.get(slug=text["track"])
    programme = Programme.objects.create(
        slug=text["slug"], name=text["name"], track=track, summary=text["summary"]
    )
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=1,
        note=text["note"],
        hours=text["hours"],
        weeks=text["weeks"],
        rules=text["rules"],
    )
    _content(version, text)
    _policy(version, text)
    publish(version, by=None)


def _content(version: ProgrammeVersion, text: dict[str, Any]) -> None:
    modules = {module.code: module for module in Module.objects.all()}
    VersionModule.objects.bulk_create(
        VersionModule(
            version=version, module=modules[code], order=order, required=code not in text["optional"]
        )
        for order, code in enumerate(text["modules"], 1)
    )
    Course.objects.bulk_create(
        Course(
            version=version,
            code=code,
            title=title,
            category=category,
            credits=credits,
            modules=codes,
            outside_home_unit=outside,
            order=order,
        )
        for order, (code, title, category, credits, codes, outside) in enumerate(text.get("courses", []), 1)
    )
    kinds = {kind.slug: kind for kind in ActivityKind.objects.all()}
    PlannedActivity.objects.bulk_create(
        PlannedActivity(
            version=version,
            kind=kinds[kind],
            title=title,
            day_offset=day - 1,
            at=time.fromisoformat(at),
            hours=hours,
            module=modules.get(code or ""),
        )
        for day, at, kind, title, hours, code in text["plan"]
    )


def _policy(version: ProgrammeVersion, text: dict[str, Any]) -> None:
    rubrics = {rubric.key: rubric for rubric in Rubric.objects.order_by("version")}
    VersionRubric.objects.bulk_create(
        VersionRubric(version=version, rubric=rubrics[key], purpose=purpose)
        for purpose, key in text["rubrics"].items()
        if key in rubrics
    )
    EvaluationForm.objects.bulk_create(EvaluationForm(version=version, **form) for form in text["forms"])
    VersionRole.objects.bulk_create(
        VersionRole(version=version, role=role, places=places) for role, places in text["roles"].items()
    )
    frameworks = Framework.objects.filter(key__in=text["frameworks"])
    tags = [FrameworkTag(version=version, framework=framework) for framework in frameworks]
    areas = FocusArea.objects.filter(framework__key="ascf", slug__in=text["areas"])
    tags += [FrameworkTag(version=version, framework_id=area.framework_id, focus_area=area) for area in areas]
    FrameworkTag.objects.bulk_create(tags)
    VersionBudgetLine.objects.bulk_create(
        VersionBudgetLine(
            version=version,
            line=line,
            amount=amount,
            currency=currency,
            quantity=quantity,
            per=per,
            note=note,
            rate=str(text["rates"][currency]),
            rate_on=text["rates_on"],
            order=order,
        )
        for order, (line, amount, currency, quantity, per, note) in enumerate(text["budget"])
    )


def host() -> State | None:
    """The state that hosts the programmes."""
    return State.objects.filter(is_host=True).first()

"""Verbs about versions: draft, edit, publish. A published version never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    Course,
    EvaluationForm,
    FrameworkTag,
    PlannedActivity,
    Programme,
    ProgrammeVersion,
    VersionBudgetLine,
    VersionModule,
    VersionRole,
    VersionRubric,
)
from nagara.campus.programmes.rule_schema import problems
from nagara.citylab.errors import CityLabError

PARTS: tuple[type[Any], ...] = (
    VersionModule,
    Course,
    PlannedActivity,
    VersionRubric,
    EvaluationForm,
    FrameworkTag,
    VersionRole,
    VersionBudgetLine,
)
"""What hangs on a version, in the order in which a page shows it."""


def subject(version: ProgrammeVersion) -> str:
    """The version's name in the audit log."""
    return f"programme/{version.programme.slug}/{version.number}"


def locked_draft(version: ProgrammeVersion) -> ProgrammeVersion:
    """The version, locked for this transaction. Raises CityLabError where it is published."""
    held = (
        ProgrammeVersion.objects.select_for_update(of=("self",))
        .select_related("programme")
        .get(pk=version.pk)
    )
    if not held.is_draft:
        raise CityLabError(
            f"{held} is published and stays as it is.", mend="Start a new draft from it and edit that."
        )
    return held


@transaction.atomic
def new_draft(
    programme: Programme, *, by: User | None, based_on: ProgrammeVersion | None = None
) -> ProgrammeVersion:
    """A draft with the next number: a copy of `based_on` (default: the newest version) in every part.

    A draft that is based on the same version and still open is returned instead of a second one.
    """
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    source = based_on or programme.versions.order_by("-number").first()
    waiting = programme.versions.filter(status="draft", based_on=source).first() if source else None
    if waiting is not None:
        return waiting
    last = programme.versions.aggregate(last=Max("number"))["last"] or 0
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=last + 1,
        based_on=source,
        hours=source.hours if source else 0,
        weeks=source.weeks if source else 3,
        rules=source.rules if source else {},
    )
    if source is not None:
        _copy_parts(source, version)
    record("draft made", subject(version), by=by, based_on=source.number if source else None)
    return version


def _rows(model: type[Any], source: ProgrammeVersion) -> Any:
    rows = model.objects.filter(version=source)
    return rows.select_related("module") if model is VersionModule else rows


def _copy_parts(source: ProgrammeVersion, version: ProgrammeVersion) -> None:
    for model in PARTS:
        rows = list(_rows(model, source))
        for row in rows:
            if isinstance(row, VersionModule) and row.hours == row.module.hours.get(row.variant):
                row.hours = {}  # as the module says: another variant then brings its own hours
            row.pk, row.version = None, version
            row._state.adding = True
        model.objects.bulk_create(rows)


@transaction.atomic
def change_rules(version: ProgrammeVersion, rules: dict[str, Any], *, by: User | None) -> ProgrammeVersion:
    """Replace a draft's rules. Raises CityLabError with everything that is wrong with them."""
    held = locked_draft(version)
    wrong = problems(rules)
    if wrong:
        raise CityLabError(" ".join(wrong), where="rules")
    changed = sorted(name for name in {*rules, *held.rules} if rules.get(name) != held.rules.get(name))
    if changed:
        held.rules = rules
        held.save(update_fields=["rules"])
        record("rules changed", subject(held), by=by, sections=changed)
    return held


@transaction.atomic
def publish(version: ProgrammeVersion, *, by: User | None, reason: str = "") -> ProgrammeVersion:
    """Freeze a draft: batches may now be made of it. Raises CityLabError where its rules are unsound or it
    is empty."""
    held = locked_draft(version)
    wrong = problems(held.rules)
    if wrong:
        raise CityLabError(" ".join(wrong), where="rules", mend="Mend the rules first.")
    if not held.version_modules.exists() and not held.courses.exists():
        raise CityLabError("The version has no modules and no courses.", mend="Add at least one.")
    for placed in held.version_modules.select_related("module"):
        placed.hours = placed.planned_hours  # a later change of the module leaves this version alone
        placed.save(update_fields=["hours"])
    held.status = ProgrammeVersion.Status.PUBLISHED
    held.published_at, held.published_by = datetime.now(UTC), by
    held.save(update_fields=["status", "published_at", "published_by"])
    record("version published", subject(held), by=by, reason=reason)
    return held


@transaction.atomic
def drop_draft(version: ProgrammeVersion, *, by: User | None, reason: str) -> None:
    """Throw a draft away, with a reason."""
    held = locked_draft(version)
    if not reason.strip():
        raise CityLabError("Throwing a draft away needs a reason.", where="reason")
    record("draft dropped", subject(held), by=by, reason=reason)
    held.delete()


@transaction.atomic
def change_part(version: ProgrammeVersion, part: str, save: Callable[[], Any], *, by: User | None) -> None:
    """Let `save` write one part of a draft (modules, week plan, budget ...), and keep the event."""
    held = locked_draft(version)
    save()
    record("version changed", subject(held), by=by, part=part)

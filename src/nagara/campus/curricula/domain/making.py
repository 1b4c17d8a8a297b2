"""Verbs about curricula: make one, override it. Every one is a new version; old ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City
from nagara.campus.curricula.domain import needs as needing
from nagara.campus.curricula.domain.explaining import explain
from nagara.campus.curricula.domain.solving import Candidate, CannotPlan, Need, Override, solve
from nagara.campus.curricula.models import Curriculum
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch

Owner = City | Batch
PROGRAMME, MANAGER = "the programme", "the manager"
"""In what is printed; who it was stands in `overrides` by id, so that an erased name is nowhere left."""
MODES = ("", "online", "on-site", "mixed")


def subject(owner: Owner) -> str:
    """How the audit log calls it."""
    return f"{'city' if isinstance(owner, City) else 'batch'}/{owner.slug}"


def newest(owner: Owner) -> Curriculum | None:
    return owner.curricula.order_by("-version").select_related("made_by", "city", "batch").first()


@transaction.atomic
def make(owner: Owner, *, hours: float, mode: str, by: User | None, keep_required: bool = True) -> Curriculum:
    """A curriculum from the newest assessments; overrides of the version before stay. `keep_required`: the
    modules that a batch's programme requires are put in. Raises CannotPlan."""
    before = _locked(owner)
    words = [o for o in (before.overrides if before else []) if o.get("by") != PROGRAMME]
    batch = owner if isinstance(owner, Batch) else None
    modules, required = needing.offered(batch)
    if not modules:
        raise CannotPlan("There are no modules to choose from.", mend="Add modules to the programme first.")
    if keep_required:
        said = {o["code"] for o in words}
        asked = sorted(required - said)
        words = [*words, *(_word(code, True, "required by the programme version", None) for code in asked)]
    found = needing.of_batch(owner) if isinstance(owner, Batch) else needing.of_city(owner)
    inputs = found.as_data() | {"modules": [asdict(module) for module in modules]}
    made = _keep(owner, before, inputs, words, hours=hours, mode=mode, by=by)
    record("curriculum made", subject(owner), by=by, version=made.version, hours=hours, mode=mode)
    return made


@transaction.atomic
def override(owner: Owner, code: str, *, into: bool | None, by: User, reason: str) -> Curriculum:
    """Put a module in or leave it out whatever the sum says, or (None) take such a word back. Needs and
    modules stay those of the version before. Needs a reason. Raises CannotPlan."""
    if not reason.strip():
        raise CannotPlan("Please say why.", mend="The reason is printed beside the module.")
    before = _locked(owner)
    if before is None:
        raise CannotPlan("There is no curriculum yet.", mend="Make one first.")
    words = [o for o in before.overrides if o["code"] != code]
    if into is not None:
        words.append(_word(code, into, reason.strip(), by))
    hours = float(before.budget_hours)
    made = _keep(owner, before, before.inputs, words, hours=hours, mode=before.mode, by=by)
    record(
        "curriculum overridden",
        subject(owner),
        by=by,
        reason=reason,
        version=made.version,
        module=code,
        into=into,
    )
    return made


def _locked(owner: Owner) -> Curriculum | None:
    """Lock the owner, so that versions are numbered one after the other; the newest version."""
    (City if isinstance(owner, City) else Batch).objects.select_for_update().get(pk=owner.pk)
    return newest(owner)


def _word(code: str, into: bool, reason: str, by: User | None) -> dict[str, Any]:
    return {
        "code": code,
        "into": into,
        "reason": reason,
        "by": MANAGER if by else PROGRAMME,
        "person": by.pk if by else None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _keep(
    owner: Owner,
    before: Curriculum | None,
    inputs: dict[str, Any],
    words: Sequence[dict[str, Any]],
    *,
    hours: float,
    mode: str,
    by: User | None,
) -> Curriculum:
    if mode not in MODES:
        raise CannotPlan(f"{mode!r} is no mode.", mend=f"Modes are {', '.join(MODES[1:])}.")
    needs = [Need(**need) for need in inputs["needs"]]
    modules = [_candidate(module) for module in inputs["modules"]]
    overrides = [Override(o["code"], o["into"], o["reason"], o["by"]) for o in words]
    solution = solve(modules, needs, hours=hours, mode=mode, overrides=overrides)
    return Curriculum.objects.create(
        city=owner if isinstance(owner, City) else None,
        batch=owner if isinstance(owner, Batch) else None,
        version=before.version + 1 if before else 1,
        made_by=by,
        budget_hours=hours,
        mode=mode,
        inputs=inputs,
        choices=explain(solution),
        overrides=list(words),
    )


def _candidate(data: dict[str, Any]) -> Candidate:
    return Candidate(**data | {name: tuple(data[name]) for name in ("dimensions", "prerequisites", "modes")})

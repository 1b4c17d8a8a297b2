"""Verbs about modules and rubrics."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Module, Rubric
from nagara.citylab.errors import CityLabError


@transaction.atomic
def save_module(module: Module, *, by: User | None) -> Module:
    """Keep a new or changed module. Published versions keep the hours that they were published with.

    Raises CityLabError for prerequisites that do not exist or lead back to the module.
    """
    known = {held.code: set(held.prerequisites) for held in Module.objects.select_for_update()}
    known[module.code] = set(module.prerequisites)
    missing = sorted(known[module.code] - set(known))
    if missing:
        raise CityLabError(f"There is no module {', '.join(missing)}.", where="prerequisites")
    before, waiting = set[str](), set(module.prerequisites)
    while waiting:
        code = waiting.pop()
        before.add(code)
        waiting |= known.get(code, set()) - before
    if module.code in before:
        raise CityLabError(
            f"{module.code} would have to be taken before itself.",
            where="prerequisites",
            mend="Take the module out of the ones before it.",
        )
    new = module.pk is None
    module.save()
    record("module added" if new else "module changed", f"module/{module.code}", by=by)
    return module


@transaction.atomic
def new_rubric_version(key: str, *, title: str, criteria: list[dict[str, Any]], by: User | None) -> Rubric:
    """A rubric's next version; earlier ones stay, with the marks that were given by them.

    Raises CityLabError where weights do not make 100 or a criterion lacks its words.
    """
    if not title.strip() or not criteria:
        raise CityLabError("A rubric needs a title and a criterion.")
    weights = sum(criterion["weight"] for criterion in criteria)
    if weights != 100:
        raise CityLabError(f"The weights make {weights}, not 100.", where="weight")
    last = Rubric.objects.select_for_update().filter(key=key).order_by("-version").first()
    if last is not None and (last.title, last.criteria) == (title, criteria):
        return last
    made = Rubric.objects.create(
        key=key, version=last.version + 1 if last else 1, title=title.strip(), criteria=criteria
    )
    record("rubric changed", f"rubric/{key}", by=by, version=made.version)
    return made

"""How many may be nominated from where. Rules are rows of the call:

{"scope": "state", "key": "*", "most": 6}      every state at most six
{"scope": "state", "key": "TL", "most": 8}     Timor-Leste eight instead
{"scope": "city", "key": "*", "most": 3}       every city at most three
{"scope": "any", "key": "*", "most": 150}      all together
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nagara.campus.admissions.models import Call, Nomination
from nagara.campus.cities.models import City, State
from nagara.citylab.errors import CityLabError

SCOPES = ("state", "city", "any")


@dataclass(frozen=True)
class Room:
    """What one rule leaves: `most` places, `taken` of them."""

    scope: str
    title: str
    most: int
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.most - self.taken)


def check(quotas: Any) -> list[dict[str, Any]]:
    """The rules in good order. Raises CityLabError where one says nothing sensible."""
    if not isinstance(quotas, list):
        raise CityLabError("Quotas are a list of rules.", where="quotas")
    return [_rule(number, rule) for number, rule in enumerate(quotas, start=1)]


def _rule(number: int, rule: Any) -> dict[str, Any]:
    where = f"quota {number}"
    if not isinstance(rule, Mapping) or rule.get("scope") not in SCOPES:
        raise CityLabError("A rule needs a scope.", where=where, mend=f"One of {', '.join(SCOPES)}.")
    most = rule.get("most")
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        raise CityLabError(
            "A rule needs the number of places.", where=where, mend="A whole number, 0 or more."
        )
    return {"scope": rule["scope"], "key": str(rule.get("key") or "*"), "most": most}


def limit(quotas: Iterable[Mapping[str, Any]], scope: str, key: str) -> int | None:
    """Places for one state, city or everyone; the rule for exactly this one goes before that for all."""
    of_scope = {str(rule["key"]): int(rule["most"]) for rule in quotas if rule["scope"] == scope}
    return of_scope.get(key, of_scope.get("*"))


def rooms(
    call: Call, home_state: State, city: City | None, *, besides: Nomination | None = None
) -> list[Room]:
    """What the quotas leave for a person of this state and city; `besides` is not counted (it is to be
    replaced)."""
    standing = Nomination.objects.standing().filter(call=call)
    if besides is not None:
        standing = standing.exclude(pk=besides.pk)
    asked: list[tuple[str, str, str, Any]] = [
        ("state", home_state.iso2, home_state.name, {"home_state": home_state}),
        ("any", "*", "all together", {}),
    ]
    if city is not None:
        asked.insert(0, ("city", city.slug, city.name, {"city": city}))
    found = []
    for scope, key, title, condition in asked:
        most = limit(call.quotas, scope, key)
        if most is not None:
            found.append(Room(scope, title, most, standing.filter(**condition).count()))
    return found


def need_a_place(
    call: Call, home_state: State, city: City | None, *, besides: Nomination | None = None
) -> None:
    """Raises CityLabError where no place is left. Call it under the call's lock."""
    for room in rooms(call, home_state, city, besides=besides):
        if room.left < 1:
            raise CityLabError(
                f"All {room.most} places of the quota for {room.title} are taken.",
                mend="Withdraw or replace another nomination first, or ask the office.",
            )

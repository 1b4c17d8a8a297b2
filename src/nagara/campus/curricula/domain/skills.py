"""Skills of participants: bridging labs for what many lack, and teams that mix what people can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.curricula.models import SkillsCheck
from nagara.campus.people.models import User
from nagara.campus.readiness.domain.seeding import seeded
from nagara.campus.readiness.questions import newest_instrument
from nagara.citylab.errors import CityLabError

ALONE = 2
"""From this level on a person works without help."""
MANY = 1 / 3
"""A bridging lab is added where at least this share of those who answered needs help."""


@dataclass(frozen=True)
class Skill:
    """One of the seven: words, the lab that bridges it, its hours, the modules before which it must come."""

    id: str
    title: str
    bridge: str
    hours: float
    before: tuple[str, ...]


def skills() -> tuple[list[Skill], dict[int, str]]:
    """The seven skills and the words of the levels 0-3, as the newest instrument has them."""
    instrument = newest_instrument()
    kept = instrument.data.get("skills") if instrument else None
    data: dict[str, Any] = kept or seeded()["skills"]
    rows = [
        Skill(r["id"], r["title"], r["bridge"], float(r["hours"]), tuple(r["before"])) for r in data["items"]
    ]
    return rows, {int(level): words for level, words in data["levels"].items()}


@transaction.atomic
def check_skills(user: User, answers: Mapping[str, int]) -> SkillsCheck:
    """Keep a person's own rating. Raises CityLabError for a skill or level that does not exist."""
    rows, levels = skills()
    if set(answers) - {skill.id for skill in rows} or set(answers.values()) - set(levels):
        raise CityLabError("That is no answer of the skills self-check.")
    User.objects.select_for_update().get(pk=user.pk)
    check, _ = SkillsCheck.objects.update_or_create(user=user, defaults={"answers": dict(answers)})
    record("skills checked", f"person/{user.pk}", by=user)
    return check


@dataclass(frozen=True)
class Bridge:
    """A bridging lab: `need` of `asked` people work only with help; it comes before `before`."""

    skill: Skill
    need: int
    asked: int
    before: tuple[str, ...]

    @property
    def why(self) -> str:
        first = f" It comes before {', '.join(self.before)}." if self.before else ""
        return f"{self.need} of {self.asked} who answered work in {self.skill.title} only with help.{first}"


def bridges(checks: Iterable[Mapping[str, int]], codes: Sequence[str]) -> list[Bridge]:
    """Bridging labs for these people and the chosen modules. A skill that no chosen module needs, or that
    few lack, gets none."""
    checks = list(checks)
    found = []
    for skill in skills()[0]:
        rated = [check[skill.id] for check in checks if skill.id in check]
        need = sum(level < ALONE for level in rated)
        before = tuple(code for code in codes if code in skill.before)
        if rated and before and need >= MANY * len(rated):
            found.append(Bridge(skill, need, len(rated), before))
    return found


@dataclass(frozen=True)
class Member:
    """A person to put into a team."""

    key: int
    name: str
    city: str
    levels: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.levels.values())


def teams(members: Sequence[Member], *, size: int) -> list[list[Member]]:
    """Teams of about `size` (they differ by one at most) in which every skill has someone who works alone,
    as far as there are such people, and the strength is even; people of one city are spread.

    Deterministic: people are dealt out in order of strength, then swapped while that betters the mix.
    """
    if not members:
        return []
    count = max(1, -(-len(members) // max(2, size)))
    dealt: list[list[Member]] = [[] for _ in range(count)]
    for i, member in enumerate(sorted(members, key=lambda m: (-m.total, m.key))):
        turn, at = divmod(i, count)
        dealt[at if turn % 2 == 0 else count - 1 - at].append(member)
    ids = [skill.id for skill in skills()[0]]
    for _ in range(8):
        if not _swap_once(dealt, ids):
            break
    return [sorted(team, key=lambda m: (m.name.casefold(), m.key)) for team in dealt]


def _badness(team: Sequence[Member], ids: Sequence[str], mean: float) -> tuple[int, int, float]:
    """(skills that nobody has, pairs from one city, distance from the mean strength): less is better."""
    lacking = sum(all(m.levels.get(i, 0) < ALONE for m in team) for i in ids)
    cities = [m.city for m in team if m.city]
    strength = sum(m.total for m in team) / len(team) if team else mean
    return lacking, len(cities) - len(set(cities)), round((strength - mean) ** 2, 6)


def _swap_once(dealt: list[list[Member]], ids: Sequence[str]) -> bool:
    """One pass over all pairs of teams; True where some swap bettered them."""
    everyone = [m for team in dealt for m in team]
    mean = sum(m.total for m in everyone) / len(everyone)
    better = False
    for a in range(len(dealt)):
        for b in range(a + 1, len(dealt)):
            better |= _between(dealt[a], dealt[b], ids, mean)
    return better


def _between(one: list[Member], two: list[Member], ids: Sequence[str], mean: float) -> bool:
    def score() -> tuple[float, ...]:
        pairs = zip(_badness(one, ids, mean), _badness(two, ids, mean), strict=True)
        return tuple(round(x + y, 6) for x, y in pairs)

    better, best = False, score()
    for i in range(len(one)):
        for j in range(len(two)):
            one[i], two[j] = two[j], one[i]
            now = score()
            if now < best:
                better, best = True, now
            else:
                one[i], two[j] = two[j], one[i]
    return better

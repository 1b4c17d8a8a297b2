"""Earlier batches, alumni and past certificates: examined, merged by a person's word, taken whole."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from nagara.campus.audit.domain import record
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.domain.past_reading import read
from nagara.campus.people.models import PastParticipation, PeopleImport, User
from nagara.campus.people.names import searchable
from nagara.citylab.errors import CityLabError

ALIKE = 86
"""Names at least so alike (0 to 100) are shown to a person, who decides."""
_PERSON = ("passport_name", "preferred_name", "native_name", "country", "sex", "phone")
_PAST = ("programme_title", "batch_title", "year", "city_text", "certificate_number", "certificate_kind")


@dataclass(frozen=True)
class Likeness:
    """A row whose person may be someone known: `known` are (answer, words) to choose from."""

    row: int
    name: str
    country: str
    batch: str
    known: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """Who each row is: `same` row -> "user:7" (by e-mail, sure), `ask` for a person to decide."""

    same: dict[int, str]
    ask: list[Likeness]


@transaction.atomic
def examine(data: bytes, name: str, *, by: User) -> PeopleImport:
    """Read a table and keep what it says until someone says yes or no."""
    table = read(data, name)
    made = PeopleImport.objects.create(
        by=by, name=name[:200], rows=table.rows, findings=table.findings_as_json()
    )
    record("table of people read", f"people-import/{made.pk}", by=by, rows=len(table.rows))
    return made


def plan(rows: list[dict[str, Any]]) -> Plan:
    """Compare with those who are known, and the rows among themselves. Same e-mail: the same person.
    A name as like as `ALIKE` in the same country (or one not said): asked."""
    from rapidfuzz import fuzz, process

    emails = {row["email"] for row in rows if row["email"]}
    known = list(User.objects.filter(erased_at=None).only("pk", "email", "passport_name", "country"))
    by_mail = {user.email: user for user in known if user.email in emails}
    same: dict[int, str] = {}
    seen: dict[str, str] = {}
    ask: list[Likeness] = []
    pool: list[tuple[str, str, str]] = [(f"user:{u.pk}", u.country, u.passport_name) for u in known]
    words = [searchable(name) for _, _, name in pool]
    for row in rows:
        mail = row["email"]
        if mail in by_mail:
            same[row["row"]] = f"user:{by_mail[mail].pk}"
            continue
        if mail and mail in seen:
            same[row["row"]] = seen[mail]
            continue
        name = searchable(row["passport_name"])
        near = process.extract(name, words, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=8)
        found = [pool[at] for _, _, at in near if _same_country(row["country"], pool[at][1])]
        if found:
            choices = tuple((answer, words_of(answer, name)) for answer, _, name in found[:5])
            ask.append(
                Likeness(row["row"], row["passport_name"], row["country"], row["batch_title"], choices)
            )
        pool.append((f"row:{row['row']}", row["country"], row["passport_name"]))
        words.append(name)
        if mail:
            seen[mail] = f"row:{row['row']}"
    return Plan(same, ask)


def words_of(answer: str, name: str) -> str:
    kind, _, number = answer.partition(":")
    return f"{name} (known, number {number})" if kind == "user" else f"{name} (row {number} of this file)"


def _same_country(one: str, other: str) -> bool:
    return not one or not other or one == other


@transaction.atomic
def take(made: PeopleImport, *, answers: Mapping[int, str], by: User) -> PeopleImport:
    """Take the whole table, or nothing. `answers` says for each asked row "user:7", "row:12" or "new".
    Raises CityLabError where something is open. Nobody is written to."""
    made = PeopleImport.objects.select_for_update().get(pk=made.pk)
    if made.state != PeopleImport.State.EXAMINED:
        raise CityLabError("This table was taken or dropped already.", mend="Bring a new one.")
    if any(finding["stops"] for finding in made.findings):
        raise CityLabError("The table has mistakes.", mend="Mend them in the file and bring it again.")
    rows, found = made.rows, plan(made.rows)
    for asked in found.ask:
        if answers.get(asked.row) not in {"new", *(answer for answer, _ in asked.known)}:
            raise CityLabError(
                f"Row {asked.row}: it is not said who {asked.name} is.", mend="Answer every question."
            )
    who = found.same | {row: answer for row, answer in answers.items() if answer != "new"}
    people, added = _people(rows, who, by=by)
    filled = _fill(rows, people, added)
    _keep_past(rows, people, made.name)
    made.said = {"rows": len(rows), "added": len(added), "merged": len(rows) - len(added), "filled": filled}
    made.state, made.rows = PeopleImport.State.TAKEN, []
    made.save()
    record("table of people taken", f"people-import/{made.pk}", by=by, **made.said)
    return made


@transaction.atomic
def drop(made: PeopleImport, *, by: User) -> PeopleImport:
    """Take nothing: the rows are forgotten."""
    made.state, made.rows, made.findings = PeopleImport.State.DROPPED, [], []
    made.save()
    record("table of people dropped", f"people-import/{made.pk}", by=by)
    return made


def _people(
    rows: list[dict[str, Any]], who: Mapping[int, str], *, by: User
) -> tuple[dict[int, int], set[int]]:
    """Row -> id of the person; and the rows that brought a new person."""
    new = [row for row in rows if row["row"] not in who]
    made = add_people(
        [NewPerson(row["email"] or _no_mail(), **{name: row[name] for name in _PERSON}) for row in new],
        by=by,
        reason="earlier batches",
    )
    without = [u.pk for u in made if u.email.endswith(".invalid")]
    User.objects.filter(pk__in=without).update(is_active=False)
    people = {row["row"]: user.pk for row, user in zip(new, made, strict=True)}
    for row in rows:
        if row["row"] not in people:
            people[row["row"]] = _follow(row["row"], who, people)
    return people, {row["row"] for row in new}


def _follow(row: int, who: Mapping[int, str], people: Mapping[int, int]) -> int:
    """The person at the end of "row:12" answers."""
    for _ in range(len(who) + 1):
        kind, _, number = who.get(row, "").partition(":")
        if kind == "user":
            return int(number)
        row = int(number)
        if row in people:
            return people[row]
    raise CityLabError("Rows point at each other.", mend="Say of one of them that it is someone new.")


def _no_mail() -> str:
    return f"past-{secrets.token_hex(8)}@no-mail.invalid"


def _fill(rows: list[dict[str, Any]], people: Mapping[int, int], added: set[int]) -> int:
    """Fill what is empty in people who were known; what they said themselves stays."""
    known = User.objects.in_bulk({people[row["row"]] for row in rows if row["row"] not in added})
    changed = {}
    for row in rows:
        user = known.get(people[row["row"]])
        if user is None:
            continue
        for name in _PERSON:
            if row[name] and not getattr(user, name):
                setattr(user, name, row[name])
                changed[user.pk] = user
    for user in changed.values():
        user.settle()
    User.objects.bulk_update(changed.values(), [*_PERSON, "search_text", "sort_key"], batch_size=200)
    return len(changed)


def _keep_past(rows: list[dict[str, Any]], people: Mapping[int, int], name: str) -> None:
    """The participations; what is known already is refused with its row."""
    ids = set(people.values())
    there = PastParticipation.objects.filter(user__in=ids).values_list("user", "batch_title", "year")
    known = {(user, searchable(batch), year) for user, batch, year in there}
    numbers = [row["certificate_number"] for row in rows if row["certificate_number"]]
    used = set(
        PastParticipation.objects.filter(certificate_number__in=numbers).values_list(
            "certificate_number", flat=True
        )
    )
    made = []
    for row in rows:
        key = (people[row["row"]], searchable(row["batch_title"]), row["year"])
        if key in known:
            raise CityLabError(
                f"Row {row['row']}: {row['passport_name']} is in {row['batch_title']} already.",
                mend="Remove the row from the file and bring it again.",
            )
        if row["certificate_number"] in used:
            raise CityLabError(
                f"Row {row['row']}: certificate {row['certificate_number']} is known already.",
                mend="Mend the number in the file and bring it again.",
            )
        known.add(key)
        facts = {field: row[field] for field in _PAST}
        slug = slugify(row["city_text"])[:50]
        made.append(
            PastParticipation(
                user_id=key[0], **facts, city_slug=slug, source=name[:200], source_row=row["row"]
            )
        )
    PastParticipation.objects.bulk_create(made, batch_size=500)

"""Verbs about a round: make it, change it, name its people, record who may not read what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction

from nagara.campus.admissions.models import Application, Call
from nagara.campus.audit.domain import record
from nagara.campus.cities.models import CityMember, Representative
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes.models import Rubric
from nagara.campus.selection.domain import constraints as terms
from nagara.campus.selection.models import Assignment, Committee, Conflict, Reviewer, Round
from nagara.citylab.errors import CityLabError

FIELDS = (
    "name",
    "blind",
    "rubric",
    "readers",
    "differ_by",
    "combine",
    "due",
    "seats",
    "reserve",
    "constraints",
)
ASSIGNMENT = Assignment.State


def subject(round_: Round) -> str:
    """The round's name in the audit log."""
    return f"round/{round_.pk}"


def locked(round_: Round) -> Round:
    """The round as it is now, held until the end of the transaction. Raises CityLabError once released."""
    found = Round.objects.select_for_update(of=("self",)).select_related("call__batch").get(pk=round_.pk)
    if found.is_released:
        raise CityLabError(
            "This round is released: nothing of it changes any more.",
            mend="What happens afterwards is on its page of results.",
        )
    return found


def needs_reason(reason: str) -> str:
    """The reason, or CityLabError where there is none."""
    if not reason.strip():
        raise CityLabError("This needs a reason.", where="reason", mend="Say in a sentence why.")
    return reason.strip()


@transaction.atomic
def create_round(
    call: Call, *, by: User | None, name: str = "", rubric: Rubric | None = None, **fields: Any
) -> Round:
    """A new round of a call: seats of the batch, the newest rubric for selections, the constraints of the
    last round of this programme."""
    before = (
        Round.objects.filter(call__batch__version__programme=call.batch.version.programme)
        .order_by("-made_at")
        .first()
    )
    rubric = rubric or (before.rubric if before else None)
    rubric = rubric or Rubric.objects.filter(key="selection").order_by("-version").first()
    if rubric is None:
        raise CityLabError("There is no rubric to score with.", mend="Make one under Programmes first.")
    kept = {"seats": call.batch.seats, "reserve": max(1, call.batch.seats // 4)}
    if before is not None:
        kept |= {n: getattr(before, n) for n in ("blind", "readers", "differ_by", "combine", "constraints")}
    given = {**kept, **fields}
    terms.read(given.get("constraints", []))
    name = name.strip() or _free_name(call)
    if Round.objects.filter(call=call, name=name).exists():
        raise CityLabError(
            f"This call has a round {name} already.", where="name", mend="Choose another name."
        )
    made = Round.objects.create(call=call, name=name, rubric=rubric, made_by=by, **given)
    record("selection round made", subject(made), by=by, call=call.slug)
    return made


def _free_name(call: Call) -> str:
    count = Round.objects.filter(call=call).count()
    return f"Selection for {call.batch}" + (f", round {count + 1}" if count else "")


@transaction.atomic
def change_round(round_: Round, *, by: User, **fields: Any) -> Round:
    """Change how a round works. The rubric stays once a sheet is handed in."""
    round_ = locked(round_)
    terms.read(fields.get("constraints", round_.constraints))
    rubric = fields.get("rubric", round_.rubric)
    scored = Assignment.objects.filter(round=round_, review__submitted_at__isnull=False).exists()
    if rubric != round_.rubric and scored:
        raise CityLabError(
            "Sheets were handed in with the present rubric.",
            where="rubric",
            mend="Make another round for it.",
        )
    changed = [name for name in FIELDS if name in fields and getattr(round_, name) != fields[name]]
    for name in changed:
        setattr(round_, name, fields[name])
    if changed:
        round_.save(update_fields=changed)
        record("selection round changed", subject(round_), by=by, fields=changed)
    return round_


@transaction.atomic
def change_state(round_: Round, to: str, *, by: User | None) -> Round:
    """Setting up, reviewing, deciding, in any order; `release` ends it."""
    round_ = locked(round_)
    if to not in (Round.State.SETTING_UP, Round.State.REVIEWING, Round.State.DECIDING):
        raise CityLabError("A round is released on the page of a draft.", where="state")
    if round_.state != to:
        was, round_.state = round_.state, to
        round_.save(update_fields=["state"])
        record("selection round moved", subject(round_), by=by, was=was, now=to)
    return round_


def _no_applicant(round_: Round, user: User) -> None:
    if Application.objects.filter(call=round_.call, user=user).exclude(state="withdrawn").exists():
        raise CityLabError(
            f"{user} applies in this call.", where="person", mend="Applicants neither read nor decide."
        )


@transaction.atomic
def add_reviewer(round_: Round, user: User, *, by: User | None, most: int | None = None) -> Reviewer:
    """Let a person read for the round; one who left is taken back in."""
    round_ = locked(round_)
    _no_applicant(round_, user)
    reviewer, new = Reviewer.objects.get_or_create(round=round_, user=user, defaults={"most": most})
    if not new:
        reviewer.active, reviewer.most = True, most
        reviewer.save(update_fields=["active", "most"])
    record("reviewer added", subject(round_), by=by, person=user.pk)
    return reviewer


@transaction.atomic
def end_reviewer(reviewer: Reviewer, *, by: User, reason: str) -> int:
    """A reviewer leaves: unread applications are taken back, sheets that were handed in stay. Says how many
    were taken back."""
    reason = needs_reason(reason)
    locked(reviewer.round)
    reviewer.active = False
    reviewer.save(update_fields=["active"])
    count = Assignment.objects.filter(reviewer=reviewer, state=ASSIGNMENT.OPEN).update(
        state=ASSIGNMENT.TAKEN_BACK, reason=reason[:300]
    )
    record(
        "reviewer ended", subject(reviewer.round), by=by, reason=reason, person=reviewer.user_id, open=count
    )
    return count


@transaction.atomic
def seat(round_: Round, user: User, *, role: str, by: User | None) -> Committee:
    """Put a person on the committee, or change the role there."""
    round_ = locked(round_)
    _no_applicant(round_, user)
    if role not in Committee.Role.values:
        raise CityLabError(f"There is no role {role!r}.", where="role", mend="Chair, member or secretary.")
    member, _ = Committee.objects.update_or_create(round=round_, user=user, defaults={"role": role})
    record("committee seated", subject(round_), by=by, person=user.pk, role=role)
    return member


@transaction.atomic
def unseat(member: Committee, *, by: User, reason: str) -> None:
    """Take a person off the committee."""
    reason = needs_reason(reason)
    locked(member.round)
    record("committee left", subject(member.round), by=by, reason=reason, person=member.user_id)
    member.delete()


@transaction.atomic
def declare(
    round_: Round,
    user: User,
    application: Application,
    *,
    reason: str,
    by: User | None,
    kind: str = Conflict.Kind.DECLARED,
) -> Conflict:
    """Write down a conflict of interest. A reading that is still open is taken away."""
    reason = needs_reason(reason)
    round_ = locked(round_)
    found, _ = Conflict.objects.get_or_create(
        round=round_,
        user=user,
        application=application,
        defaults={"reason": reason, "kind": kind, "by": by},
    )
    Assignment.objects.filter(
        round=round_, reviewer__user=user, application=application, state=ASSIGNMENT.OPEN
    ).update(state=ASSIGNMENT.RECUSED, reason=reason[:300])
    record(
        "conflict of interest",
        subject(round_),
        by=by,
        reason=reason,
        person=user.pk,
        application=application.pk,
    )
    return found


def own_places(ids: Collection[int]) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
    """For people by id: slugs of the cities whose team they are in today, and codes of the states they are
    of, by team, by representing it, or by the country of the account."""
    cities: dict[int, set[str]] = defaultdict(set)
    states: dict[int, set[str]] = defaultdict(set)
    for person, city, state in CityMember.objects.filter(now_valid(), user__in=ids).values_list(
        "user", "city__slug", "city__state__iso2"
    ):
        cities[person].add(city)
        states[person].add(state)
    for person, state in Representative.objects.filter(now_valid(), user__in=ids).values_list(
        "user", "state__iso2"
    ):
        states[person].add(state)
    for person, country in User.objects.filter(pk__in=ids).exclude(country="").values_list("pk", "country"):
        states[person].add(country)
    return {pk: (frozenset(cities[pk]), frozenset(states[pk])) for pk in ids}

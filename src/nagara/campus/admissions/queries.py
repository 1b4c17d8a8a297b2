"""Questions about nominations and applications."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nagara.campus.admissions.domain.nominating import Nominator
from nagara.campus.admissions.models import Application, Call, Document, Nomination
from nagara.campus.audit.models import Event
from nagara.campus.cities.models import CityMember, Representative, State
from nagara.campus.people.names import searchable
from nagara.campus.people.queries import now_valid


def nominators_of(user: Any) -> list[Nominator]:
    """For whom a person nominates today: states represented, cities led."""
    if not getattr(user, "is_authenticated", False):
        return []
    states = Representative.objects.filter(now_valid(), user=user).select_related("state")
    cities = CityMember.objects.filter(
        now_valid(), user=user, role__in=[CityMember.Role.CSCO, CityMember.Role.ALTERNATE]
    ).select_related("city__state")
    found = [Nominator("nr", one.state, None, user) for one in states.order_by("state__name")]
    return found + [
        Nominator("csco", one.city.state, one.city, user) for one in cities.order_by("city__name")
    ]


def key_of(nominator: Nominator) -> str:
    """Short text for addresses: "ID" or "jakarta"."""
    return nominator.city.slug if nominator.city else nominator.home_state.iso2


def nomination_list(user: Any, call: Call, *, state: str = "", place: str = "") -> QuerySet[Nomination]:
    """Nominations of a call in their order; narrowed by its own state and the home state (ISO)."""
    rows = (
        Nomination.objects.visible_to(user)
        .filter(call=call)
        .select_related("city", "home_state", "head", "nominator", "cosignature", "application")
    )
    if state:
        rows = rows.filter(state=state)
    if place:
        rows = rows.filter(home_state__iso2=place)
    return rows


def waiting_nominations(user: Any) -> QuerySet[Nomination]:
    """Standing nominations of a person by which no application is begun yet."""
    mine = Application.objects.filter(user=user).values("call")
    return (
        Nomination.objects.standing()
        .filter(email=user.email, application=None)
        .exclude(call__in=mine)
        .select_related("call", "head", "nominator")
    )


def nominating_states(call: Call) -> list[State]:
    """States from which somebody is nominated."""
    return list(State.objects.filter(nominations__call=call).distinct())


def history(subject: str) -> QuerySet[Event]:
    """What was done to a thing, newest first."""
    return Event.objects.filter(subject=subject).select_related("by").order_by("-at", "-pk")[:60]


DOCUMENTS = {
    "missing": "something missing",
    "received": "something to look at",
    "returned": "something returned",
    "accepted": "all accepted",
}
"""States of documents by which the office's list is narrowed."""


def application_list(call: Call, asked: Any) -> QuerySet[Application]:
    """Applications of a call for the office, narrowed by `asked` (a mapping with state, place, city,
    documents, sex, q), with counts of documents at hand."""
    rows: Any = Application.objects.filter(call=call).select_related("user", "city", "home_state")
    rows = rows.annotate(
        asked=Count("documents", filter=Q(documents__required=True)),
        accepted=Count("documents", filter=Q(documents__required=True, documents__state="accepted")),
    )
    narrowed: QuerySet[Application] = _narrow(rows, asked)
    return narrowed.order_by("reference", "pk")


def _narrow(rows: Any, asked: Any) -> Any:
    plain = {"state": "state", "place": "home_state__iso2", "city": "city__slug", "sex": "sex"}
    for name, field in plain.items():
        if value := asked.get(name, ""):
            rows = rows.filter(**{field: value})
    if not asked.get("state"):
        rows = rows.exclude(state=Application.State.WITHDRAWN)
    documents = asked.get("documents", "")
    if documents in DOCUMENTS:
        of = Document.objects.filter(application=OuterRef("pk"), required=True)
        if documents == "accepted":
            rows = rows.filter(~Exists(of.exclude(state="accepted")))
        else:
            rows = rows.filter(Exists(of.filter(state=documents)))
    if words := asked.get("q", "").strip():
        rows = rows.filter(Q(reference__icontains=words) | Q(user__search_text__contains=searchable(words)))
    return rows


def application_counts(call: Call) -> dict[str, int]:
    """Applications of a call by state."""
    rows = call.applications.values_list("state").annotate(n=Count("pk")).order_by()
    return {str(state): int(n) for state, n in rows}

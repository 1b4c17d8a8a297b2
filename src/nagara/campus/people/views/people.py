"""The office's list of people, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people import roles, why
from nagara.campus.people.countries import countries
from nagara.campus.people.domain import change_person
from nagara.campus.people.domain.consents import current_texts, publish, standing
from nagara.campus.people.forms import Facts, Filter, Words
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office, people_list
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("id", "Number", lambda u: u.pk, "whole"),
    Column("passport_name", "Name as in passport", lambda u: u.passport_name),
    Column("preferred_name", "Name to be called by", lambda u: u.preferred_name),
    Column("native_name", "Name in own script", lambda u: u.native_name),
    Column("email", "E-mail", lambda u: u.email),
    Column("country", "Country", lambda u: countries().get(u.country, u.country)),
    Column("sex", "Sex", lambda u: u.get_sex_display() if u.sex else ""),
    Column("time_zone", "Time zone", lambda u: u.tz),
    Column("roles", "Roles", lambda u: "; ".join(f"{h.role}, {h.label}" for h in u.held)),
]


@login_required
@require_http_methods(["GET", "HEAD"])
def people(request: SignedIn) -> HttpResponse:
    """Everybody the office knows: find, narrow, take out as a file."""
    if not may(request.user, "people.see_people"):
        raise PermissionDenied("The list of people is for the office.")
    form = Filter(request.GET)
    asked = {name: form.cleaned_data[name] if form.is_valid() else "" for name in ("q", "role", "country")}
    found = people_list(request.user, **asked)
    if request.GET.get("export"):
        rows = list(found)
        _with_roles(rows)
        made = export(request, COLUMNS, rows, "people", "One person a row, with the roles held today.")
        if made is not None:
            return made
    page = paged(request, found.defer("search_text", "password"), per=50)
    rows = list(page.object_list)
    _with_roles(rows)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "narrowed": any(asked.values()),
        "countries": countries(),
    }
    return render(request, "people/people.html", context)


def _with_roles(rows: Iterable[User]) -> None:
    rows = list(rows)
    held = roles.held_by_many([user.pk for user in rows])
    for user in rows:
        user.held = held[user.pk]  # type: ignore[attr-defined]


def person_or_404(request: SignedIn, pk: int, permission: str) -> User:
    """The person, for those who may; whether others exist is not told."""
    found = User.objects.filter(pk=pk).first()
    if found is None or not may(request.user, permission, found):
        raise Http404("There is no such person, or you may not see the page.")
    return found


@login_required
@require_http_methods(["GET", "HEAD"])
def person(request: SignedIn, pk: int) -> HttpResponse:
    """Names, roles, consents, past programmes, letters, history."""
    found = person_or_404(request, pk, "people.see_person")
    context = {
        "person": found,
        "country": countries().get(found.country, ""),
        "roles": roles.held_by(found),
        "standing": standing(found),
        "past": found.past.all(),
        "letters": Notice.objects.filter(to=found)[:5] if is_office(request.user) else [],
        "invitation": found.invitations.first(),
        "history": Event.objects.filter(subject=f"person/{pk}").select_related("by").order_by("-at")[:20],
        "office": is_office(request.user),
        "may_change": may(request.user, "people.change_person", found),
        "may_erase": may(request.user, "people.erase", found),
    }
    return render(request, "people/person.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_change(request: SignedIn, pk: int) -> HttpResponse:
    """The office mends names, e-mail and facts, with a reason."""
    found = person_or_404(request, pk, "people.change_person")
    form = Facts(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        change_person(found, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("person", pk=pk)
    found = User.objects.get(pk=pk) if form.is_bound else found
    return render(request, "people/change.html", {"person": found, "form": form, "office": True})


@login_required
@require_http_methods(["GET", "HEAD"])
def person_why(request: SignedIn, pk: int) -> HttpResponse:
    """Why this person may, or may not, do something."""
    found = person_or_404(request, pk, "people.see_person")
    permission, said = request.GET.get("permission", ""), request.GET.get("thing", "").strip()
    context = {"person": found, "permissions": why.all_permissions(), "permission": permission}
    context |= {"said": said, "kinds": why.kinds(), "office": is_office(request.user)}
    if permission in why.all_permissions():
        thing = why.find(said, request.user) if said else None
        context["missing"] = bool(said) and thing is None
        context["thing"] = thing
        context["answer"] = why.answer(found, permission, thing)
        context["lines"] = list(why.lines(why.explain(found, permission, thing)))
    return render(request, "people/why.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent_words(request: SignedIn) -> HttpResponse:
    """The words of the consents; a change is a new version."""
    if not may(request.user, "people.write_consents"):
        raise PermissionDenied("The words of consents are for the office.")
    texts = current_texts()
    forms = [
        (text, Words(initial={"title": text.title, "text": text.text}, auto_id=f"{text.purpose}-%s"))
        for text in texts
    ]
    if request.method == "POST":
        form = Words(request.POST)
        if not form.is_valid():
            raise CityLabError("The words were not kept.", mend="Give a title, words, and a reason.")
        publish(request.POST.get("purpose", ""), by=request.user, **form.cleaned_data)
        messages.success(request, "The new words are published: people are asked again.")
        return redirect("consent-words")
    return render(request, "people/consent_words.html", {"forms": forms})

"""What will go out, what went out: for the office."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.audit.subjects import address_of
from nagara.campus.design.lists import Column, export, paged
from nagara.campus.notices import domain
from nagara.campus.notices.models import Notice
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("id", "Number", lambda n: n.pk, "whole"),
    Column("state", "State", lambda n: n.get_state_display()),
    Column("address", "To", lambda n: n.address),
    Column("subject", "Subject", lambda n: n.subject),
    Column("template", "Kind", lambda n: n.template),
    Column("about", "About", lambda n: n.about),
    Column("queued", "Queued", lambda n: n.at, "time"),
    Column("sent", "Sent", lambda n: n.sent_at, "time"),
    Column("attempts", "Tries", lambda n: n.attempts, "whole"),
    Column("error", "Remark", lambda n: n.error),
]
_TOKEN = re.compile(r"[\w-]{16,}\.[\w-]{5,8}\.[\w-]{27,}|(?<=/)[\w-]{32}(?=/)")


class Filter(forms.Form):
    """What the list is narrowed by."""

    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *Notice.State.choices])
    template = forms.CharField(required=False, max_length=100)
    about = forms.CharField(required=False, max_length=200)
    q = forms.CharField(required=False, max_length=200)


def _office_only(request: HttpRequest) -> None:
    if not request.user.has_perm("notices.manage"):
        raise PermissionDenied("The queue of letters is for the office.")


def narrowed(asked: dict[str, Any]) -> QuerySet[Notice]:
    """Letters by what the form asked, newest first."""
    rows = Notice.objects.all()
    for name in ("state", "template", "about"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if word := asked.get("q"):
        rows = rows.filter(address__icontains=word) | rows.filter(subject__icontains=word)
    return rows


@login_required
@require_http_methods(["GET", "HEAD"])
def notices(request: HttpRequest) -> HttpResponse:
    """The queue: what waits, what is held, what went out, what failed."""
    _office_only(request)
    form = Filter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = narrowed(asked)
    made = export(request, COLUMNS, found, "letters", "One letter a row.")
    if made is not None:
        return made
    counts = dict(Notice.objects.order_by().values_list("state").annotate(n=Count("id")))
    states = [(value, words, counts.get(value, 0)) for value, words in Notice.State.choices]
    kinds = Notice.objects.order_by("template").values_list("template", flat=True).distinct()
    page = paged(request, found.select_related("to").defer("body"), per=50)
    context = {"page": page, "states": states, "kinds": list(kinds), "asked": asked}
    return render(request, "notices/notices.html", context)


@login_required
@require_http_methods(["GET", "HEAD"])
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter, whole. Personal links in it are not shown: they belong to who gets the letter."""
    _office_only(request)
    found = get_object_or_404(Notice.objects.select_related("to", "by"), pk=pk)
    context = {"notice": found, "body": shown(found.body), "address": address_of(found.about)}
    return render(request, "notices/notice.html", context)


@login_required
@require_http_methods(["POST"])
def act(request: HttpRequest) -> HttpResponse:
    """Release or cancel letters: first a look at what that does, then the deed."""
    _office_only(request)
    verb = request.POST.get("verb", "")
    chosen = _chosen(request)
    fit = [n for n in chosen if n.state in _FIT.get(verb, ())]
    if not fit:
        raise CityLabError("No letter was chosen that this can be done to.", mend="Go back and mark some.")
    reason = request.POST.get("reason", "")
    if request.POST.get("sure") != "yes":
        context = {"verb": verb, "fit": fit, "bodies": [(n, shown(n.body)) for n in fit[:200]]}
        return render(request, "notices/act.html", context | {"left": len(chosen) - len(fit)})
    if verb == "release":
        count = domain.release(fit, by=request.user, reason=reason)
        messages.success(request, f"{count} released: they go out within a minute.")
    elif verb == "again":
        count = domain.try_again(fit, by=request.user, reason=reason)
        messages.success(request, f"{count} will be tried again.")
    else:
        count = domain.cancel(fit, by=request.user, reason=reason)
        messages.success(request, f"{count} will not go out.")
    return redirect("notices")


def _chosen(request: HttpRequest) -> list[Notice]:
    """The marked letters, or all that match the filter of the list."""
    if request.POST.get("all") == "yes":
        form = Filter(request.POST)
        found = narrowed(form.cleaned_data if form.is_valid() else {})
    else:
        marked = [*request.POST.getlist("id"), *request.POST.get("ids", "").split(",")]
        found = Notice.objects.filter(pk__in=[int(word) for word in marked if word.isdigit()])
    return list(found.select_related("to").order_by("id"))


_FIT = {"release": ("held",), "cancel": ("held", "queued", "failed"), "again": ("failed",)}


def shown(body: str) -> str:
    """The text of a letter with personal links hidden."""
    return _TOKEN.sub("(personal link)", body)

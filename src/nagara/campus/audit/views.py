"""What was changed and what was read, for the office."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from nagara.campus.audit.models import Event
from nagara.campus.audit.subjects import address_of
from nagara.campus.design.lists import Column, export, paged


def facts(event: Event) -> str:
    """The data of an event in one line."""
    return "; ".join(f"{name}: {_said(value)}" for name, value in event.data.items())


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


COLUMNS = [
    Column("at", "When (UTC)", lambda e: e.at, "time"),
    Column("by", "Who", lambda e: str(e.by) if e.by else "the site"),
    Column("verb", "What", lambda e: e.verb),
    Column("subject", "About", lambda e: e.subject),
    Column("reason", "Reason", lambda e: e.reason),
    Column("kind", "Change or read", lambda e: e.kind),
    Column("data", "Facts", facts),
]


class Filter(forms.Form):
    """What the list is narrowed by."""

    subject = forms.CharField(label="About (such as person/7)", required=False, max_length=200)
    who = forms.CharField(label="Who (e-mail or number)", required=False, max_length=254)
    verb = forms.ChoiceField(label="What", required=False)
    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[("", "Changes and reads"), (Event.CHANGE, "Changes"), (Event.READ, "Reads of secrets")],
    )
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = Event.objects.order_by("verb").values_list("verb", flat=True).distinct()
        field = self.fields["verb"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anything"), *((verb, verb) for verb in verbs)]


@login_required
@require_http_methods(["GET", "HEAD"])
def events(request: HttpRequest) -> HttpResponse:
    """Newest first; by thing, person, verb, time; as a file."""
    if not request.user.has_perm("audit.see"):
        raise PermissionDenied("The audit log is for the office.")
    form = Filter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = narrowed(asked)
    made = export(request, COLUMNS, found, "audit", "One change or one reading of a secret a row.")
    if made is not None:
        return made
    page = paged(request, found, per=50)
    rows = [(event, address_of(event.subject), facts(event)) for event in page.object_list]
    context = {"form": form, "page": page, "rows": rows, "narrowed": any(asked.values())}
    return render(request, "audit/events.html", context)


def narrowed(asked: dict[str, Any]) -> QuerySet[Event]:
    """Events by what the form asked."""
    rows = Event.objects.select_related("by").order_by("-at", "-id")
    for name in ("verb", "kind"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if subject := asked.get("subject"):
        rows = rows.filter(Q(subject=subject) | Q(subject__startswith=f"{subject.rstrip('/')}/"))
    if who := asked.get("who"):
        rows = rows.filter(by=int(who)) if who.isdigit() else rows.filter(by__email=who.lower())
    if isinstance(asked.get("since"), date):
        rows = rows.filter(at__date__gte=asked["since"])
    if isinstance(asked.get("until"), date):
        rows = rows.filter(at__date__lt=asked["until"] + timedelta(days=1))
    return rows

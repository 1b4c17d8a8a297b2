"""Pages behind a personal link: one's place, the way in. No account is needed."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nagara.adapters import ical
from nagara.campus.design.limits import limited
from nagara.campus.timetable.feeds import event
from nagara.campus.webinars import domain, joining
from nagara.campus.webinars.holdings import row
from nagara.campus.webinars.models import Registration
from nagara.campus.webinars.queries import OPENS

State = Registration.State


def _find(token: str) -> Registration:
    rows = Registration.objects.select_related(
        "user", "terms", "webinar__session__public__batch", "webinar__session__activity__batch"
    )
    found = rows.filter(token=token, webinar__session__public__isnull=False).first()
    if found is None:
        raise Http404("This link is not known. Perhaps the registration was erased.")
    return found


@never_cache
@limited("webinar-place", most=120)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, token: str) -> HttpResponse:
    """One's registration: confirm it, see where one stands, withdraw, take or erase one's data.

    Opening the page changes nothing: programs that check mail open links too.
    """
    found = _find(token)
    now = timezone.now()
    if request.method == "POST":
        return _do(request, found)
    public = found.webinar.session.public
    ahead = 0
    if found.state == State.WAITING:
        ahead = found.webinar.registrations.filter(
            state=State.WAITING, confirmed_at__lt=found.confirmed_at
        ).count()
    context = {
        "one": found,
        "webinar": found.webinar,
        "public": public,
        "closed": domain.why_closed(found.webinar, now),
        "over": public.ends <= now,
        "ahead": ahead,
        "opens": public.starts - OPENS,
        "asks": request.GET.get("sure", ""),
        "series": found.webinar.session.activity.batch,
    }
    return render(request, "webinars/place.html", context)


def _do(request: HttpRequest, found: Registration) -> HttpResponse:
    now, say = timezone.now(), request.POST.get("say", "")
    by = request.user if request.user.is_authenticated else None
    if say == "confirm":
        made = domain.confirm(found, now=now)
        waits = made.state == State.WAITING
        messages.success(request, "You are on the waiting list." if waits else "You are registered.")
    elif say == "withdraw":
        domain.withdraw(found, by=by, now=now)
        messages.success(request, "Your registration is withdrawn. The seat goes to the next in line.")
    elif say == "news":
        Registration.objects.filter(pk=found.pk).update(news=not found.news)
        messages.success(request, "That is kept.")
    elif say == "erase":
        domain.forget(found, now=now)
        messages.success(request, "Your data are erased. Only that somebody was registered is kept.")
        return redirect(found.webinar)
    else:
        raise Http404
    return redirect("webinar-place", token=found.token)


@never_cache
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponse:
    """What is kept of the registrant, as a file."""
    text = json.dumps(row(_find(token)), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-registration.json"'
    return response


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The webinar as a file for a calendar, with the personal link to join."""
    found = _find(token)
    public = found.webinar.session.public
    url = f"{settings.NAGARA_ADDRESS}{reverse('webinar-join', args=[found.token])}"
    held = event(public, batch=str(public.batch), url=url)
    response = HttpResponse(ical.write(ical.Feed(name=public.title, events=[held])), content_type=ical.MEDIA)
    response["Content-Disposition"] = 'attachment; filename="webinar.ics"'
    return response


@never_cache
@limited("webinar-join", most=120)
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The way in, from 30 minutes before to the end. Only the registered get the link of the meeting."""
    found = _find(token)
    now = timezone.now()
    public = found.webinar.session.public
    seated = found.state == State.SEATED
    is_open = seated and not public.cancelled and public.starts - OPENS <= now <= public.ends
    context: dict[str, Any] = {
        "one": found,
        "webinar": found.webinar,
        "public": public,
        "seated": seated,
        "is_open": is_open,
        "opens": public.starts - OPENS,
        "over": public.ends < now,
        "link": "",
    }
    if request.method == "POST" and is_open:
        Registration.objects.filter(pk=found.pk, joined_at=None).update(joined_at=now)
        onwards = joining.joined(found, now)
        if onwards:
            return redirect(onwards)
        context["link"] = public.join_link
    return render(request, "webinars/join.html", context)

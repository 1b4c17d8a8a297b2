"""Calendars outside the site: the feeds, one session as a file, busy times brought in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.adapters import ical
from nagara.campus.design.limits import limited
from nagara.campus.people.requests import SignedIn
from nagara.campus.programmes.forms import ZoneField
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable import feeds
from nagara.campus.timetable.domain import busy, feed_addresses
from nagara.campus.timetable.models import CalendarFeed, PublicSession, Unavailable
from nagara.campus.timetable.queries import sessions_for
from nagara.citylab.errors import CityLabError

_SALT = "nagara.timetable.busy"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar for programs: no sign-in, only the secret address. 304 where nothing has changed."""
    now = timezone.now()
    found = feed_addresses.find(token)
    rows = feeds.sessions(found, now) if found is not None else None
    if found is None or rows is None:
        raise Http404("There is no calendar at this address (any more).")
    feed_addresses.note_read(found, now)
    etag = feeds.mark(found, rows, now)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(feeds.written(found, rows, now), content_type=ical.MEDIA)
        response["Content-Disposition"] = 'inline; filename="nagara.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_safe
def session_file(request: SignedIn, pk: int) -> HttpResponse:
    """One session as a file for a calendar."""
    rows = PublicSession.objects.visible_to(request.user).select_related("session", "batch")
    public = get_object_or_404(rows.distinct(), session=pk)
    now = timezone.now()
    link = sessions_for(request.user).filter(feeds.links_shown(now), pk=public.pk).exists()
    response = HttpResponse(feeds.one(public, link=link), content_type=ical.MEDIA)
    response["Content-Disposition"] = f'attachment; filename="session-{pk}.ics"'
    return response


@login_required
@require_safe
def calendar(request: SignedIn) -> HttpResponse:
    """How to have the sessions in one's own calendar; the addresses, and how to renew them."""
    own = _shown(request, feed_addresses.feed_of(request.user), "All that is yours")
    batches = Batch.objects.visible_to(request.user).filter(public_sessions__isnull=False).distinct()
    chosen = request.GET.get("batch", "")
    asked = batches.filter(slug=chosen).first() if chosen else None
    of_batch = _shown(request, feed_addresses.feed_of(request.user, asked), str(asked)) if asked else None
    context = {
        "own": own,
        "of_batch": of_batch,
        "batches": batches.order_by("-starts")[:30],
        "chosen": chosen,
        "busy": Unavailable.objects.filter(user=request.user, ends__gt=timezone.now()).count(),
    }
    return render(request, "timetable/calendar.html", context)


def _shown(request: SignedIn, found: CalendarFeed, title: str) -> dict[str, Any]:
    """A feed for its page: title, address in three forms, drawing."""
    token = feed_addresses.token_of(found)
    shown: dict[str, Any] = {"feed": found, "title": title, "address": ""}
    if token is not None:
        path = reverse("calendar-feed", args=[token])
        address = f"{settings.NAGARA_ADDRESS}{path}"
        webcal = "webcal:" + address.partition(":")[2]
        shown |= {"address": address, "webcal": webcal, "drawing": _drawing(webcal)}
    return shown


def _drawing(text: str) -> SafeString:
    """A QR code, dark on white whatever the colours of the page."""
    made = segno.make(text, micro=False, error="m")
    return SafeString(made.svg_inline(scale=4, border=3, dark="#000", light="#fff", omitsize=True))


@login_required
@require_POST
def renew(request: SignedIn) -> HttpResponse:
    """A new address, or none: the old one stops at once."""
    found = get_object_or_404(CalendarFeed, user=request.user, pk=_number(request.POST.get("feed", "")))
    if request.POST.get("say") == "off":
        feed_addresses.revoke(found, by=request.user)
        messages.success(request, "The address is switched off.")
    else:
        feed_addresses.renew(found, by=request.user)
        messages.success(
            request, "There is a new address. Add it anew to your calendar; the old one is dead."
        )
    back = reverse("calendar")
    return redirect(f"{back}?batch={found.batch.slug}" if found.batch else back)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 18 else 0


class BusyForm(forms.Form):
    """A file, and the zone in which its days are meant."""

    file = forms.FileField(
        label="Calendar file (.ics)", help_text="At most 2 MB. Only the times are kept, no titles."
    )
    tz = ZoneField(
        label="Time zone of days, and of times that carry none",
        help_text="such as Asia/Yangon",
        max_length=60,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > ical.LARGEST:
            raise forms.ValidationError("The file has more than 2 MB: export a shorter stretch of time.")
        return file


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("busy-times", most=20, seconds=600, methods=("POST",))
def busy_times(request: SignedIn) -> HttpResponse:
    """Bring in when one cannot come: upload, look, confirm."""
    now = timezone.now()
    if request.POST.get("say") == "forget":
        count, _ = Unavailable.objects.filter(
            user=request.user, source=request.POST.get("source", "")
        ).delete()
        messages.success(request, f"{count} busy times are taken away.")
        return redirect("calendar-busy")
    if request.POST.get("say") == "keep":
        return _keep(request)
    form = BusyForm(
        request.POST or None, request.FILES or None, initial={"tz": request.user.tz or "Asia/Seoul"}
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        tz = form.cleaned_data["tz"]
        got = busy.read(form.cleaned_data["file"].read(), tz=tz, now=now)
        source = f"Calendar: {form.cleaned_data['file'].name}"[:120]
        packed = {
            "u": request.user.pk,
            "s": source,
            "t": [[s.timestamp(), e.timestamp()] for s, e in got.spans],
        }
        context |= {
            "got": got,
            "first": got.spans[:40],
            "tz": tz,
            "source": source,
            "packed": signing.dumps(packed, salt=_SALT, compress=True),
        }
    kept = Unavailable.objects.filter(user=request.user, ends__gt=now).order_by("starts")
    context["sources"] = sorted({one.source for one in kept if one.source})
    context["count"] = len(kept)
    return render(request, "timetable/busy.html", context)


def _keep(request: SignedIn) -> HttpResponse:
    try:
        packed = signing.loads(request.POST.get("packed", ""), salt=_SALT, max_age=3600)
    except signing.BadSignature as error:
        raise CityLabError(
            "What was looked at is too old to be kept.", mend="Upload the file once more."
        ) from error
    if packed["u"] != request.user.pk:
        raise Http404
    spans = [(_at(starts), _at(ends)) for starts, ends in packed["t"]]
    count = busy.keep(request.user, spans, source=packed["s"], by=request.user, now=timezone.now())
    messages.success(request, f"{count} busy times are kept: the planner is warned of them.")
    return redirect("calendar-busy")


def _at(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)

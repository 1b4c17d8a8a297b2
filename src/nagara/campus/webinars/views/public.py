"""Pages that anyone may open: the list, a series, a webinar, its text; and registering."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.design import markdown
from nagara.campus.design.limits import limited, too_often
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.webinars import domain
from nagara.campus.webinars.domain.transcripts import passages
from nagara.campus.webinars.forms import GuestForm
from nagara.campus.webinars.models import Registration, Webinar
from nagara.campus.webinars.queries import SEATED, shown, split
from nagara.citylab.errors import CityLabError

LETTERS_AN_HOUR = 3


@require_safe
def webinars(request: HttpRequest) -> HttpResponse:
    """Open webinars: those to come, and those that can be watched and read."""
    rows = shown(Webinar.objects.visible_to(request.user))
    coming, past = split(rows, timezone.now())
    return render(request, "webinars/webinars.html", {"coming": coming, "past": past[:40], "series": None})


@require_safe
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """The webinars of one batch."""
    rows = shown(Webinar.objects.visible_to(request.user)).filter(session__activity__batch__slug=slug)
    coming, past = split(rows, timezone.now())
    batch = Batch.objects.select_related("version__programme").filter(slug=slug).first()
    if batch is None or not (coming or past):
        raise Http404("There is no such series of webinars.")
    runs = may(request.user, "webinars.run", batch)
    context = {"coming": coming, "past": past, "series": batch, "runs": runs}
    return render(request, "webinars/webinars.html", context)


def find(request: HttpRequest, slug: str) -> Webinar:
    """A webinar that may be seen. Drafts are seen by those who run it."""
    rows = Webinar.objects.select_related("session__public__batch", "session__activity__batch")
    found = rows.filter(slug=slug).first()
    if found is not None:
        if Webinar.objects.visible_to(request.user).filter(pk=found.pk).exists():
            return found
        if may(request.user, "webinars.run", found):
            return found
    raise Http404("There is no such webinar.")


@require_safe
def webinar(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, when in both clocks, with whom; the form to register; afterwards the recording."""
    found = find(request, slug)
    return _page(request, found, sent="sent" in request.GET)


def _page(
    request: HttpRequest,
    found: Webinar,
    *,
    form: GuestForm | None = None,
    sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    public = getattr(found.session, "public", None)
    closed = domain.why_closed(found, now)
    counted = Webinar.objects.annotate(seated=SEATED).values_list("seated", flat=True).get(pk=found.pk)
    mine = None
    if request.user.is_authenticated:
        mine = Registration.objects.filter(webinar=found, user=request.user).first()
    terms = None if closed else domain.terms()
    if form is None and terms is not None and not request.user.is_authenticated:
        form = GuestForm(terms=terms)
    context = {
        "webinar": found,
        "public": public,
        "about": markdown.html(found.summary) if found.summary else "",
        "closed": closed,
        "over": public is not None and public.ends <= now,
        "on": public is not None and public.starts <= now < public.ends,
        "left": None if found.seats is None else max(0, found.seats - counted),
        "mine": mine if mine is not None and mine.state in Registration.HOLDS else None,
        "form": form,
        "terms": terms,
        "sent": sent,
        "runs": may(request.user, "webinars.run", found),
        "series": found.session.activity.batch,
    }
    return render(request, "webinars/webinar.html", context, status=status)


@require_POST
@limited("webinar-register", most=30, seconds=600, methods=("POST",))
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """A guest asks by mail; who has signed in is registered at once."""
    found = find(request, slug)
    now = timezone.now()
    if request.user.is_authenticated:
        news = bool(request.POST.get("news"))
        made = domain.register(found, request.user, news=news, now=now)
        waits = made.state == Registration.State.WAITING
        messages.success(request, "You are on the waiting list." if waits else "You are registered.")
        return redirect(found)
    form = GuestForm(request.POST, terms=domain.terms())
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    email = form.cleaned_data["email"].lower()
    enough = too_often("webinar-letter", f"{found.pk}:{email}", most=LETTERS_AN_HOUR, seconds=3600)
    try:
        domain.ask(found, **form.words(), now=now, tell=not enough)
    except CityLabError as error:
        form.add_error(None, str(error))
        return _page(request, found, form=form, status=422)
    return redirect(f"{reverse('webinar', args=[found.slug])}?sent=1")


@login_required
@require_POST
def leave(request: SignedIn, slug: str) -> HttpResponse:
    """Who has signed in gives up the seat."""
    found = find(request, slug)
    mine = Registration.objects.filter(webinar=found, user=request.user).first()
    if mine is None:
        raise Http404("You are not registered for this webinar.")
    domain.withdraw(mine, by=request.user, now=timezone.now())
    messages.success(request, "Your registration is withdrawn. The seat goes to the next in line.")
    return redirect(found)


@require_safe
def transcript(request: HttpRequest, slug: str) -> HttpResponse:
    """The recording as text, to read or to search."""
    found = find(request, slug)
    if not found.transcript:
        raise Http404("There is no text of this webinar.")
    context: dict[str, Any] = {"webinar": found, "public": getattr(found.session, "public", None)}
    if found.transcript_form == "vtt":
        context["passages"] = passages(found.transcript)
    else:
        context["text"] = markdown.html(found.transcript, below=1)
    context["minutes"] = max(1, len(found.transcript.split()) // 200)
    return render(request, "webinars/transcript.html", context)

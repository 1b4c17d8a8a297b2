"""Pages behind personal links: the nominee's, the supervisor's, the head of department's.

Whoever has the link is who it was sent to: mail domains prove nothing. Opening a link changes nothing.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from nagara.campus.admissions.domain.applying import start
from nagara.campus.admissions.domain.cosigning import sign
from nagara.campus.admissions.domain.nominating import Nominator
from nagara.campus.admissions.forms import CosignForm
from nagara.campus.admissions.models import Cosignature, Head, Nomination
from nagara.campus.admissions.views.nominations import change, nominating_page
from nagara.campus.design.limits import limited
from nagara.campus.people import links
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

GONE = "This link does not work (any more): it may be too old, or cut off. Ask for a new one."


def _key(token: str, purpose: str) -> int:
    key = links.read(token, purpose)
    if key is None or not key.isdigit():
        raise Http404(GONE)
    return int(key)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("personal-link", most=60)
@sensitive_variables("token")
def nominate_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A head of department nominates, and changes the own nominations; no account is needed."""
    head = (
        Head.objects.select_related("call__batch", "home_state", "city")
        .filter(pk=_key(token, "nominate"))
        .first()
    )
    if head is None:
        raise Http404(GONE)
    here = reverse("nominate-by-link", args=[token])
    if request.method == "POST" and "say" in request.POST:
        wanted = request.POST.get("nomination", "")
        found = head.nominations.select_related("call", "home_state", "city", "head").filter(
            pk=int(wanted) if wanted.isdigit() else 0
        )
        one = found.first()
        if one is None:
            raise Http404(GONE)
        try:
            _, done = change(request, one)
        except CityLabError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return redirect(here)
    nominator = Nominator(Nomination.Kind.HEAD, head.home_state, head.city, None, head)
    return nominating_page(request, head.call, nominator, back=here)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("personal-link", most=60)
@sensitive_variables("token")
def cosign(request: HttpRequest, token: str) -> HttpResponse:
    """The supervisor signs, or says no with a reason."""
    asked = (
        Cosignature.objects.select_related(
            "nomination__call__batch",
            "nomination__city",
            "nomination__home_state",
            "nomination__nominator",
            "nomination__head",
        )
        .filter(pk=_key(token, "cosign"))
        .first()
    )
    if asked is None:
        raise Http404(GONE)
    form = CosignForm(request.POST or None, initial={"name": asked.name, "position": asked.position})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sign(
                asked,
                name=given["name"],
                position=given["position"],
                yes=given["answer"] == "yes",
                reason=given["reason"],
            )
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            return redirect("cosign", token=token)
    nomination = asked.nomination
    context = {
        "signed": asked,
        "nomination": nomination,
        "call": nomination.call,
        "form": form,
        "stands": nomination.state in Nomination.TAKES_A_PLACE,
    }
    return render(request, "admissions/cosign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("personal-link", most=60)
@sensitive_variables("token")
def nominee(request: HttpRequest, token: str) -> HttpResponse:
    """The nominee begins the application. Who has no account gets one; who has one that a password or
    passkey guards signs in with that: a letter must not open it."""
    nomination = (
        Nomination.objects.select_related("call__batch", "city", "home_state", "nominator", "head")
        .filter(pk=_key(token, "nominee"))
        .first()
    )
    if nomination is None:
        raise Http404(GONE)
    stands = nomination.state in Nomination.TAKES_A_PLACE
    if request.method == "POST" and stands:
        return _begin(request, nomination, token)
    context = {"nomination": nomination, "call": nomination.call, "stands": stands}
    return render(request, "admissions/nominee.html", context)


@transaction.atomic
def _begin(request: HttpRequest, nomination: Nomination, token: str) -> HttpResponse:
    user = User.objects.filter(email=nomination.email).first()
    if user is None:
        user = add_person(nomination.email, passport_name=nomination.name, password=None)
    if request.user.is_authenticated and request.user.pk != user.pk:
        messages.error(
            request, f"You are signed in as {request.user}. Sign out, then open the link once more."
        )
        return redirect("nominee", token=token)
    if not request.user.is_authenticated:
        if _is_guarded(user):
            here = reverse("nominee", args=[token])
            messages.info(request, "You have an account: sign in, then begin.")
            return redirect(f"{reverse('account_login')}?{urlencode({'next': here})}")
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    application = start(nomination.call, user=user, nomination=nomination)
    return redirect(application)


def _is_guarded(user: User) -> bool:
    """An account with a password, a passkey or rights of its own is not opened by a letter."""
    from allauth.mfa.models import Authenticator

    return (
        not user.is_active
        or user.has_usable_password()
        or user.is_staff
        or user.is_superuser
        or user.office_posts.exists()
        or Authenticator.objects.filter(user=user).exists()
    )

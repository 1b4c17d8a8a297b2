"""How people come in: invitations, and the accounts of a demonstration."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.domain import inviting
from nagara.campus.people.forms import Accept, Invite
from nagara.campus.people.models import User
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.people.views.people import person_or_404
from nagara.citylab.errors import CityLabError

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SignedIn) -> HttpResponse:
    """Ask a person in, with roles."""
    if not may(request.user, "people.invite"):
        raise PermissionDenied("Invitations are for the office.")
    form = Invite(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = inviting.invite(
                said["email"],
                passport_name=said["passport_name"],
                places=said.get("places", ()),
                country=said["country"],
                reason=said["reason"],
                by=request.user,
            )
        except CityLabError as error:
            form.add_error(None, f"{error.what} {error.mend}")
        else:
            messages.success(request, f"The letter to {made} is queued.")
            return redirect("person", pk=made.pk)
    return render(request, "people/invite.html", {"form": form})


@login_required
@require_http_methods(["POST"])
def invite_many(request: SignedIn) -> HttpResponse:
    """Invite marked people who never signed in: first who, then their letters are held for a look."""
    if not may(request.user, "people.invite"):
        raise PermissionDenied("Invitations are for the office.")
    marked = [*request.POST.getlist("id"), *request.POST.get("ids", "").split(",")]
    ids = {int(word) for word in marked if word.isdigit()}
    fit = [user for user in User.objects.filter(pk__in=ids) if inviting.can_invite(user)]
    if request.POST.get("sure") != "yes":
        context = {"fit": fit, "left": len(ids) - len(fit)}
        return render(request, "people/invite_many.html", context)
    inviting.send_many(fit, by=request.user)
    messages.success(request, f"{len(fit)} letters are held. Look at them, then release them.")
    return redirect("/notices/?state=held&template=people/invitation")


@login_required
@require_http_methods(["POST"])
def invite_again(request: SignedIn, pk: int) -> HttpResponse:
    """Send a new link; the earlier one stops working."""
    found = person_or_404(request, pk, "people.invite")
    inviting.send(found, by=request.user)
    messages.success(request, "A new invitation is queued.")
    return redirect("person", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: a password, or a passkey."""
    from allauth.account.internal.flows.login import record_authentication

    found = inviting.open_link(token)
    if found is None:
        raise CityLabError(
            "This invitation works no more.",
            mend="A link works once and for two weeks. Ask the office for a new one, or sign in.",
        )
    form = Accept(request.POST or None, user=found.user)
    if request.method == "POST" and form.is_valid():
        user = inviting.accept(token, password=form.cleaned_data["password"] or None)
        login(request, user, backend=BACKEND)
        record_authentication(request, user, method="invitation", reauthenticated=True)
        messages.success(request, f"Welcome, {user}.")
        return redirect("me" if form.cleaned_data["password"] else "mfa_add_webauthn")
    return render(request, "people/invitation.html", {"form": form, "invitation": found})


@require_http_methods(["GET", "HEAD"])
def demo(request: HttpRequest) -> HttpResponse:
    """The people of a demonstration, to sign in as with one press."""
    if not settings.NAGARA_DEMO:
        raise Http404("This site is no demonstration.")
    known = set(User.objects.filter(email__in=[a.email for a in ACCOUNTS]).values_list("email", flat=True))
    there = [account for account in ACCOUNTS if account.email in known]
    order = {name: place for place, name in enumerate(dict.fromkeys(a.group for a in there))}
    there.sort(key=lambda account: order[account.group])
    groups = [(name or "Others", list(rows)) for name, rows in groupby(there, key=lambda a: a.group)]
    return render(request, "people/demo.html", {"groups": groups})


@require_http_methods(["POST"])
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of them. In a demonstration only."""
    from allauth.account.internal.flows.login import record_authentication

    if not settings.NAGARA_DEMO:
        raise Http404("This site is no demonstration.")
    email = request.POST.get("email", "")
    if email not in {account.email for account in ACCOUNTS}:
        raise Http404("There is no such person in the demonstration.")
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        raise Http404("There is no such person in the demonstration.")
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="demonstration", reauthenticated=True)
    messages.success(request, f"You are now {user}.")
    return redirect(settings.LOGIN_REDIRECT_URL)

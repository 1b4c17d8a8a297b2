"""A person's data: all of it as a file, and its erasing. For oneself and for the office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nagara.campus.people.domain.erasing import erase, preview
from nagara.campus.people.domain.exporting import as_zip
from nagara.campus.people.forms import Reason
from nagara.campus.people.queries import is_office
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.views.people import person_or_404
from nagara.citylab.errors import CityLabError


@login_required
@require_http_methods(["GET", "HEAD"])
def my_data(request: SignedIn) -> HttpResponse:
    """What the site holds about oneself, in numbers, with the ways to take it out and to erase it."""
    return render(request, "people/my_data.html", {"rooms": preview(request.user)})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def person_zip(request: SignedIn, pk: int) -> HttpResponse:
    """Everything as a ZIP file."""
    found = person_or_404(request, pk, "people.take_data")
    return HttpResponse(
        as_zip(found, by=request.user),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="person-{pk}.zip"'},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_erase(request: SignedIn, pk: int) -> HttpResponse:
    """First what goes and what stays, then the deed: with a reason, and the e-mail typed in."""
    found = person_or_404(request, pk, "people.erase")
    form = Reason(request.POST or None)
    myself = found.pk == request.user.pk
    if request.method == "POST" and form.is_valid():
        if request.POST.get("email", "").strip().lower() != found.email:
            form.add_error(
                None, "Type the e-mail address of the account, so that nobody is erased by mistake."
            )
        else:
            try:
                erase(found, by=request.user, reason=form.cleaned_data["reason"])
            except CityLabError as error:
                form.add_error(None, f"{error.what} {error.mend}")
            else:
                return _done(request, myself=myself)
    context = {"person": found, "form": form, "rooms": preview(found), "myself": myself}
    return render(request, "people/erase.html", context | {"office": is_office(request.user)})


def _done(request: SignedIn, *, myself: bool) -> HttpResponse:
    if myself:
        logout(request)
        messages.success(request, "You are erased. Results that remain have no name.")
        return redirect("home")
    messages.success(request, "The person is erased.")
    return redirect("people")

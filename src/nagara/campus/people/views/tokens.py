"""A person's tokens for notebooks and programs."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nagara.campus.design.limits import limited
from nagara.campus.people.domain.tokens import DAYS, make_token, revoke_token
from nagara.campus.people.lists import paged
from nagara.campus.people.models import SCOPES, ProgramToken
from nagara.campus.people.programs import for_programs
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError


class NewToken(forms.Form):
    """What a token is for."""

    name = forms.CharField(
        label="What is it for?", max_length=80, help_text="Such as: notebook at the office"
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(SCOPES),
    )
    days = forms.TypedChoiceField(
        label="Good for", choices=[(d, f"{d} days") for d in DAYS], coerce=int, initial=90
    )


@login_required
@never_cache
@limited("token", most=20, seconds=3600, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def my_tokens(request: SignedIn) -> HttpResponse:
    """One's tokens, and a form for a new one. Its text stands on the answer to the form, and nowhere else."""
    now, text = timezone.now(), ""
    form = NewToken(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _, text = make_token(request.user, **form.cleaned_data, now=now)
            form = NewToken()
        except CityLabError as error:
            form.add_error(None, f"{error.what} {error.mend or ''}".strip())
    page = paged(request, ProgramToken.objects.visible_to(request.user), per=20)
    for row in page:
        row.stands = row.standing(now)
    status = 400 if form.errors else 200
    context = {"form": form, "page": page, "text": text, "site": request.build_absolute_uri("/")}
    return render(request, "people/tokens.html", context, status=status)


@login_required
@require_http_methods(["POST"])
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    """Make a token open nothing any more."""
    token = get_object_or_404(ProgramToken.objects.visible_to(request.user), pk=pk)
    revoke_token(token, by=request.user, now=timezone.now())
    messages.success(request, f"{token.name} opens nothing any more.")
    return redirect("my-tokens")


@for_programs("read")
def whoami(request: SignedIn) -> HttpResponse:
    """For programs: whose token it is."""
    return JsonResponse({"name": str(request.user), "email": request.user.email})

"""A person's own page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.people.domain import change_names
from nagara.campus.people.forms import Names
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.people.requests import SignedIn


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: SignedIn) -> HttpResponse:
    """Own names, own roles, ways to sign in."""
    user = request.user
    form = Names(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        change_names(user, by=user, **form.cleaned_data)
        messages.success(request, "Your names are saved.")
        return redirect("me")
    teams = user.city_posts.filter(now_valid()).select_related("city").order_by("city__name")
    return render(request, "people/me.html", {"form": form, "teams": teams, "office": is_office(user)})

"""A person's own pages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.notices.models import Notice
from nagara.campus.people import roles
from nagara.campus.people.domain import change_names
from nagara.campus.people.domain.consents import answer_all, standing
from nagara.campus.people.forms import Names
from nagara.campus.people.lists import paged
from nagara.campus.people.queries import is_office
from nagara.campus.people.requests import SignedIn


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: SignedIn) -> HttpResponse:
    """Own names, own roles, letters, ways to sign in."""
    user = request.user
    form = Names(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        change_names(user, by=user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("me")
    letters = Notice.objects.visible_to(user)[:3]
    context = {"form": form, "roles": roles.held_by(user), "office": is_office(user), "letters": letters}
    return render(request, "people/me.html", context)


@login_required
@require_http_methods(["GET", "HEAD"])
def letters(request: SignedIn) -> HttpResponse:
    """All letters to oneself."""
    page = paged(request, Notice.objects.visible_to(request.user), per=20)
    return render(request, "people/letters.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: SignedIn) -> HttpResponse:
    """What one agrees to, purpose by purpose, with the history."""
    user = request.user
    if request.method == "POST":
        answer_all(user, given=request.POST.getlist("given"), by=user)
        messages.success(request, "Your answers are kept.")
        return redirect("my-consents")
    context = {"standing": standing(user), "history": user.consents.all()[:50]}
    return render(request, "people/consents.html", context)

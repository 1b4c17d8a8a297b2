"""Pages of city teams and National Representatives."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from nagara.campus.cities.domain import (
    end_representative,
    invite_representative,
    invite_to_team,
    leave_team,
)
from nagara.campus.cities.forms import NewMember, NewRepresentative, Reason
from nagara.campus.cities.models import City, CityMember, Representative
from nagara.campus.design.limits import limited
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may

WHO_CHANGES = "The CSCO of the city, its National Representative and the office change its team."


def _city(request: SignedIn, slug: str) -> City:
    city = get_object_or_404(City.objects.select_related("state"), slug=slug)
    if not may(request.user, "cities.view_team", city):
        raise PermissionDenied(f"The team of {city} is seen by itself, its National Representative and us.")
    return city


@login_required
@limited("team", most=60, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedIn, slug: str) -> HttpResponse:
    """Who is in a city's team: Chief Smart City Officer, alternate, staff; add a person."""
    city = _city(request, slug)
    may_change = may(request.user, "cities.change_team", city)
    if request.method == "POST" and not may_change:
        raise PermissionDenied(WHO_CHANGES)
    form = NewMember(request.POST or None)
    if request.method == "POST" and form.is_valid():
        member, new = invite_to_team(city, by=request.user, **form.cleaned_data)
        said = " An invitation goes out." if new else ""
        messages.success(request, f"{member.user} is in the team as {member.get_role_display()}.{said}")
        return redirect("city-team", city.slug)
    members = CityMember.objects.filter(city=city).select_related("user")
    current = members.current()
    context = {
        "city": city,
        "form": form,
        "may_change": may_change,
        "members": current,
        "former": members.exclude(pk__in=current.values("pk")).order_by("-until", "user")[:50],
        "representatives": Representative.objects.current().filter(state=city.state).select_related("user"),
    }
    return render(request, "cities/team.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end_member(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """End a place in the team, with a reason."""
    city = _city(request, slug)
    if not may(request.user, "cities.change_team", city):
        raise PermissionDenied(WHO_CHANGES)
    member = CityMember.objects.filter(city=city, pk=pk).select_related("user").first()
    if member is None:
        raise Http404("There is no such person in the team.")
    form = Reason(request.POST)
    if form.is_valid():
        leave_team(member, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, f"{member.user} is not in the team of {city} any more.")
    else:
        messages.error(request, f"Please say why {member.user} leaves the team.")
    return redirect("city-team", city.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def representatives(request: SignedIn) -> HttpResponse:
    """National Representatives of all states; the office names and ends them."""
    if not may(request.user, "cities.name_representative"):
        raise PermissionDenied("The office keeps the list of National Representatives.")
    asked = request.POST.get("end", "")
    ending = Representative.objects.current().filter(pk=asked).first() if asked.isdecimal() else None
    if ending is not None:
        end_representative(ending, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"{ending.user} does not speak for {ending.state} any more.")
        return redirect("representatives")
    form = NewRepresentative(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = invite_representative(by=request.user, **data).user
        messages.success(request, f"{user} speaks for {data['state']}.")
        return redirect("representatives")
    posts = Representative.objects.current().select_related("user", "state").order_by("state__name", "user")
    context = {"posts": posts, "form": form}
    return render(request, "cities/representatives.html", context, status=422 if form.errors else 200)

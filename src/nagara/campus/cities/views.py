"""Pages of member cities."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.cities.clocks import clock
from nagara.campus.cities.lakes import find_place, holdings
from nagara.campus.cities.models import CityMember
from nagara.campus.cities.queries import city_in_full, focus_choices, member_list, state_choices
from nagara.campus.people.rules import may


@require_safe
def city_list(request: HttpRequest) -> HttpResponse:
    """Member cities: map, filters, table. `state` is an ISO code, `focus` a focus area."""
    state, focus = request.GET.get("state", ""), request.GET.get("focus", "")
    from nagara.campus.cities import atlas

    everyone = list(member_list())
    chosen = list(member_list(state, focus)) if state or focus else everyone
    held = holdings()
    with_data = {row.slug for row in held if row.sources}
    members = {city.slug for city in everyone}
    shown = {city.slug for city in chosen}
    context = {
        "map": atlas.member_map(everyone, shown if state or focus else None, with_data),
        "cities": chosen,
        "states": state_choices(),
        "focus_areas": focus_choices(),
        "state": state,
        "focus": focus,
        "with_data": with_data,
        "others": [row for row in held if row.slug not in members],
        "total": len(everyone),
    }
    return render(request, "cities/list.html", context)


@require_safe
def city(request: HttpRequest, slug: str) -> HttpResponse:
    """One city: its projects, and what the City Lab holds of it."""
    from nagara.campus.cities import drawings, indicators

    place = find_place(slug)
    if place.city is not None:
        place.city = city_in_full(slug)
    team = CityMember.objects.none()
    if place.city is not None:
        team = CityMember.objects.visible_to(request.user).current().filter(city=place.city)
    recent = indicators.recent_runs(place, 8)
    context = {
        "place": place,
        "city": place.city,
        "clock": clock(place.tz),
        "projects": list(place.city.projects.all()) if place.city else [],
        "team": list(team.select_related("user")),
        "may_write": may(request.user, "cities.change_data", place.city),
        "may_see_team": place.city is not None and may(request.user, "cities.view_team", place.city),
        "findings": indicators.finding_counts(place),
        "numbers": indicators.overview(place),
        "runs": recent,
        "has_done": any(made.status == "done" for made in recent),
        "maps": drawings.city_maps(place),
    }
    return render(request, "cities/city.html", context)

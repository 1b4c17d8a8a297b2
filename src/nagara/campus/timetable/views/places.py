"""Venues and rooms (the office), and the page where a speaker says when they cannot come."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nagara.campus.people.lists import Column, export
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.timetable.domain.places import remove_room, save_room, save_venue, say_away, take_back
from nagara.campus.timetable.forms import AwayForm
from nagara.campus.timetable.frame_forms import RoomForm, VenueForm
from nagara.campus.timetable.models import Room, Unavailable, Venue
from nagara.citylab.errors import CityLabError

ROOM = (
    Column("venue", "Venue", lambda r: r.venue.name),
    Column("room", "Room", lambda r: r.name),
    Column("seats", "Seats", lambda r: r.seats, "whole"),
    Column("note", "Note", lambda r: r.note),
    Column("tz", "Time zone", lambda r: r.venue.tz),
    Column("lat", "Latitude", lambda r: r.venue.lat, "number"),
    Column("lon", "Longitude", lambda r: r.venue.lon, "number"),
)


def _office(request: SignedIn) -> None:
    if not may(request.user, "timetable.change_places"):
        raise PermissionDenied("Only the office changes venues and rooms.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def venues(request: SignedIn) -> HttpResponse:
    """Venues with their rooms; a new venue."""
    _office(request)
    rooms = Room.objects.select_related("venue").order_by("venue__name", "name")
    file = export(request, ROOM, rooms, "rooms", "A room in which sessions are held.")
    if file is not None:
        return file
    form = VenueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = save_venue(form.save(commit=False), by=request.user)
        messages.success(request, f"{made} is added. Now add its rooms.")
        return redirect("timetable-venue", made.pk)
    found = list(Venue.objects.prefetch_related("rooms"))
    status = 422 if request.method == "POST" else 200
    return render(request, "timetable/venues.html", {"venues": found, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def venue(request: SignedIn, pk: int) -> HttpResponse:
    """A venue and its rooms. POST `say`: keep, room (`room`: its number, or none for a new one), remove."""
    _office(request)
    found = get_object_or_404(Venue, pk=pk)
    say = request.POST.get("say", "keep")
    number = request.POST.get("room", "")
    held = found.rooms.filter(pk=number).first() if number.isdigit() else None
    keeps = request.method == "POST" and say == "keep"
    form = VenueForm(request.POST if keeps else None, instance=get_object_or_404(Venue, pk=pk))
    adds = request.method == "POST" and say == "room"
    room_form = RoomForm(
        request.POST if adds else None, instance=held if adds and held else Room(venue=found), prefix="r"
    )
    try:
        if keeps and form.is_valid():
            save_venue(form.save(commit=False), by=request.user)
        elif adds and room_form.is_valid():
            save_room(room_form.save(commit=False), by=request.user)
        elif request.method == "POST" and say == "remove":
            if held is None:
                raise Http404("There is no such room.")
            remove_room(held, by=request.user)
        if request.method == "POST" and not form.errors and not room_form.errors:
            messages.success(request, "Kept.")
            return redirect("timetable-venue", pk)
    except CityLabError as error:
        messages.error(request, str(error))
    rooms = list(found.rooms.all())
    context = {
        "venue": found,
        "form": form,
        "room_form": room_form,
        "rooms": [(room, RoomForm(instance=room, prefix="r", auto_id=f"r{room.pk}_%s")) for room in rooms],
    }
    return render(request, "timetable/venue.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: SignedIn) -> HttpResponse:
    """My own times at which I cannot come. POST `say`: keep or remove."""
    zone = request.user.tz or "Asia/Seoul"
    own = Unavailable.objects.filter(user=request.user)
    if request.method == "POST" and request.POST.get("say") == "remove":
        number = request.POST.get("id", "")
        found = own.filter(pk=number).first() if number.isdigit() else None
        if found is None:
            raise Http404("There is no such entry of yours.")
        take_back(found, by=request.user)
        messages.success(request, "Taken back: you can come then.")
        return redirect("timetable-away")
    form = AwayForm(request.POST or None, initial={"tz": zone})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = say_away(request.user, zone=said.pop("tz"), **said)
            messages.success(request, f"Kept: {len(made)} {'entry' if len(made) == 1 else 'entries'}.")
            return redirect("timetable-away")
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    context = {
        "form": form,
        "zone": zone,
        "coming": list(own.filter(ends__gt=timezone.now())[:200]),
        "past": own.filter(ends__lte=timezone.now()).count(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "timetable/away.html", context, status=status)

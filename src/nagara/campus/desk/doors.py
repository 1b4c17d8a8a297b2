"""The doors of the desk: rooms that a person has work in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from nagara.campus.admissions.models import Application
from nagara.campus.cities.models import City, CityMember, Representative
from nagara.campus.learning.stepping import learning_in
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch
from nagara.campus.readiness.models import Assessment
from nagara.campus.selection.models import Round
from nagara.campus.timetable.queries import sessions_for


@dataclass(frozen=True)
class Door:
    title: str
    url: str
    meaning: str


OFFICE = (
    ("Batches", "batches", "plan, copy and run batches"),
    ("Calls", "calls", "calls, nominations and applications"),
    ("Selection rounds", "selection-rounds", "readings, drafts and the release"),
    ("Readiness", "assessments", "assessments of all cities"),
    ("People", "people", "everyone, their roles; invite, import, erase"),
    ("Letters", "notices", "what goes out, before it does"),
    ("Holidays", "holidays", "public holidays of twelve states"),
    ("Venues and rooms", "timetable-venues", "where sessions are held, and how many find a seat"),
    ("Representatives", "representatives", "National Representatives of the states"),
    ("What was done", "audit", "every change with its reason"),
)


def doors(user: User) -> list[Door]:
    """Rooms for the office; else those in which there is something of this person's."""
    if is_office(user):
        return [Door(title, reverse(name), meaning) for title, name, meaning in OFFICE]
    return [*_cities(user), *(door for ask in _ASKED if (door := ask(user)) is not None)]


def _cities(user: User) -> Iterator[Door]:
    posts = CityMember.objects.current().filter(user=user).select_related("city")
    for city in {post.city_id: post.city for post in posts}.values():
        yield Door(city.name, city.get_absolute_url(), "data, indicators, maps and briefs of your city")
        yield Door(
            f"Readiness of {city.name}", reverse("city-readiness", args=[city.slug]), "assessment and profile"
        )
        yield Door(
            f"Curriculum for {city.name}",
            reverse("city-curriculum", args=[city.slug]),
            "modules for your city, with their reasons",
        )


def _where(name: str, title: str, meaning: str, has: Callable[[User], bool]) -> Callable[[User], Door | None]:
    def ask(user: User) -> Door | None:
        return Door(title, reverse(name), meaning) if has(user) else None

    return ask


def _leads(user: User) -> bool:
    return (
        Representative.objects.filter(now_valid(), user=user).exists()
        or City.objects.writable_by(user).exists()
    )


_ASKED = (
    _where(
        "my-timetable",
        "My timetable",
        "where to be next, in your clock",
        lambda user: sessions_for(user).exists(),
    ),
    _where(
        "learn",
        "What next in your course",
        "sessions, assignments, quizzes, materials and your marks",
        lambda user: bool(learning_in(user)),
    ),
    _where(
        "assessments",
        "Readiness assessments",
        "that you may see",
        lambda user: Assessment.objects.visible_to(user).exists(),
    ),
    _where("batches", "Batches", "in which you have a part", lambda u: Batch.objects.visible_to(u).exists()),
    _where("calls", "Calls", "open calls, and your nominations", _leads),
    _where(
        "selection-rounds",
        "Selection rounds",
        "that you read for or decide",
        lambda user: Round.objects.visible_to(user).exists(),
    ),
    _where(
        "my-applications",
        "Your applications",
        "what you handed in, and what is missing",
        lambda user: Application.objects.filter(user=user).exists(),
    ),
)

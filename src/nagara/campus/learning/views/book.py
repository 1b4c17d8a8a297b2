"""The grade book: the matrix, the weights, one person's total explained; where the class is stuck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column as FileColumn
from nagara.campus.learning.domain.assigning import read_weight
from nagara.campus.learning.domain.book import set_weights
from nagara.campus.learning.gradebook import Book, State, book_of, total_of
from nagara.campus.learning.queries import learners
from nagara.campus.learning.stuck import stuck_in
from nagara.campus.learning.views.access import GRADE, TEACH, batch_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Course, Enrolment
from nagara.citylab.errors import CityLabError

PAGE = 30


def _course(request: SignedIn, batch: Batch) -> Course | None:
    """The course whose book is asked for; none: what belongs to no course."""
    code = request.GET.get("course", "")
    return get_object_or_404(batch.version.courses, code=code) if code else None


def _courses(batch: Batch) -> list[Course]:
    """Courses in which something counts."""
    return list(batch.version.courses.filter(assignments__batch=batch).distinct())


@login_required
@require_safe
def grade_book(request: SignedIn, slug: str) -> HttpResponse:
    """People x what counts, with totals."""
    batch = batch_for(request, slug, GRADE)
    book = book_of(batch, timezone.now(), _course(request, batch))
    people = learners(batch)
    query = request.GET.get("q", "").strip()[:80]
    if query:
        people = people.filter(user__search_text__contains=query.casefold())
    if request.GET.get("export"):
        file = lists.export(
            request, _file_columns(book), people, f"grades-{batch.slug}", f"Grades of {batch}"
        )
        if file is not None:
            return file
    page = lists.paged(request, people, PAGE)
    context = {
        "batch": batch,
        "book": book,
        "page": page,
        "rows": [
            (person, [column.of(person.user_id) for column in book.columns], total_of(book, person.user_id))
            for person in page.object_list
        ],
        "courses": _courses(batch),
        "q": query,
        "teaches": may(request.user, TEACH, batch),
    }
    return render(request, "learning/book.html", context)


def _file_columns(book: Book) -> list[FileColumn]:
    """Name, native name, city, a column for each that counts, the total and the weight behind it. Missing
    and excused are words: no number stands for them."""

    def mark(key: Any) -> FileColumn:
        def value(person: Enrolment) -> Any:
            cell = key.of(person.user_id)
            return (
                float(cell.percent) if cell.state is State.MARKED and cell.percent is not None else cell.text
            )

        weight = f" (weight {key.weight:g})" if key.weight else ""
        return FileColumn(key.key.replace("/", "_"), f"{key.title}{weight}", value, "number")

    totals: dict[int, Any] = {}

    def total(person: Enrolment) -> Any:
        return totals.setdefault(person.pk, total_of(book, person.user_id))

    def percent(person: Enrolment) -> float | None:
        found = total(person).percent
        return None if found is None else float(found)

    return [
        FileColumn("name", "Name", lambda p: str(p.user)),
        FileColumn("native_name", "Name in own script", lambda p: p.user.native_name),
        FileColumn("city", "City", lambda p: str(p.city or "")),
        *(mark(column) for column in book.columns),
        FileColumn("total", "Total, points of 100", percent, "number"),
        FileColumn("counted_weight", "Weight behind the total", lambda p: float(total(p).counted), "number"),
        FileColumn("missing", "Missing", lambda p: "; ".join(total(p).missing)),
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weights(request: SignedIn, slug: str) -> HttpResponse:
    """What counts, and how much: the weights sum to 100."""
    batch = batch_for(request, slug, TEACH)
    course = _course(request, batch)
    book = book_of(batch, timezone.now(), course)
    problem, typed = "", {}
    if request.method == "POST":
        typed = {
            c.key: (request.POST.get(f"weight-{c.key}", ""), request.POST.get(f"bundle-{c.key}", ""))
            for c in (*book.columns, *book.drafts)
        }
        try:
            given = {key: (read_weight(weight), bundle) for key, (weight, bundle) in typed.items()}
            set_weights(batch, given, drop=_drop(request), course=course, by=request.user)
        except CityLabError as error:
            problem = str(error)
        else:
            messages.success(request, "The weights are kept.")
            return redirect("grade-book", batch.slug)
    context = {
        "batch": batch,
        "book": book,
        "course": course,
        "rows": [
            {
                "column": c,
                "weight": typed[c.key][0] if c.key in typed else "" if c.weight is None else f"{c.weight:g}",
                "bundle": typed[c.key][1] if c.key in typed else c.bundle,
            }
            for c in (*book.columns, *book.drafts)
        ],
        "problem": problem,
        "drop_name": request.POST.get("drop-name", "") or next(iter(book.drop), ""),
        "drop_count": request.POST.get("drop-count", "") or next(iter(book.drop.values()), ""),
    }
    return render(request, "learning/weights.html", context, status=422 if problem else 200)


def _drop(request: SignedIn) -> dict[str, int]:
    """The drop rule of the form."""
    name, count = request.POST.get("drop-name", "").strip(), request.POST.get("drop-count", "").strip()
    if not name or not count:
        return {}
    if not (count.isascii() and count.isdigit()) or int(count) > 20:
        raise CityLabError(f"{count!r} is no number of entries.", where="drop")
    return {name: int(count)}


@login_required
@require_safe
def grade_report(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """One person's total with its explanation: the own from released marks, anyone's for who grades."""
    batch = batch_for(request, slug)
    person = get_object_or_404(learners(batch), pk=pk)
    own = person.user_id == request.user.pk
    if not own and not may(request.user, GRADE, batch):
        raise PermissionDenied("Everybody sees only the own grades.")
    now = timezone.now()
    books = [book_of(batch, now, course) for course in [None, *_courses(batch)]]
    context = {
        "batch": batch,
        "person": person,
        "own": own,
        "books": [
            (book, total_of(book, person.user_id, learner=own))
            for book in books
            if any(c.weight for c in book.columns)
        ],
        "decimal_zero": Decimal(0),
    }
    return render(request, "learning/report.html", context)


@login_required
@require_safe
def stuck(request: SignedIn, slug: str) -> HttpResponse:
    """Where the class is stuck: what to teach tomorrow."""
    batch = batch_for(request, slug, GRADE)
    return render(request, "learning/stuck.html", {"batch": batch, **stuck_in(batch, timezone.now())})

"""The grade book: missing, zero and excused are three things; totals explained; facts from released marks."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from nagara.campus.learning.domain import marking, releasing
from nagara.campus.learning.domain.book import set_weights
from nagara.campus.learning.gradebook import Book, Cell, Column, State, book_of, total_of
from nagara.campus.learning.models import BookEntry, Grade
from nagara.campus.programmes.facts import facts_about_many
from nagara.campus.timetable.models import Group
from nagara.citylab.errors import CityLabError

from .factories import hand_in, learner, make_assignment, make_batch, mark, staff

pytestmark = pytest.mark.usefixtures("seeded")


def column(key, cell, weight, bundle="", **fields):
    return Column(key, key, "/", cell, {}, weight=Decimal(weight), bundle=bundle, **fields)


def marked(value):
    return Cell(State.MARKED, Decimal(value))


@pytest.mark.parametrize(
    ("cells", "percent", "counted", "missing"),
    [
        ([marked(80), marked(60)], "65.00", "100.00", ()),
        ([marked(80), marked(0)], "20.00", "100.00", ()),
        ([marked(80), Cell(State.MISSING)], "20.00", "100.00", ("b",)),
        ([marked(80), Cell(State.EXCUSED)], "80.00", "25.00", ()),
        ([marked(80), Cell(State.OPEN)], "80.00", "25.00", ()),
        ([Cell(State.EXCUSED), Cell(State.OPEN)], None, "0.00", ()),
    ],
)
def test_missing_counts_nothing_excused_drops_out_and_open_waits(cells, percent, counted, missing):
    book = Book(None, None, [column("a", cells[0], 25), column("b", cells[1], 75)])
    total = total_of(book, 1)
    assert total.percent == (None if percent is None else Decimal(percent))
    assert (total.counted, total.missing) == (Decimal(counted), missing)


def test_the_lowest_of_a_bundle_is_dropped_and_the_others_share_its_weight():
    quizzes = [column(f"q{n}", marked(v), 10, "Daily") for n, v in enumerate((40, 80, 100))]
    book = Book(None, None, [*quizzes, column("report", marked(70), 70)], {"Daily": 1})
    total = total_of(book, 1)
    assert total.percent == Decimal("76.00")
    assert total.lines[0].says == "one of the lowest of its bundle: does not count"
    assert [str(line.points) for line in total.lines] == ["None", "12.00", "15.00", "49.00"]
    alone = Book(None, None, [column("q", marked(40), 100, "Daily")], {"Daily": 3})
    assert total_of(alone, 1).percent == Decimal("40.00")


def test_weights_sum_to_a_hundred_exactly():
    batch = make_batch()
    one, two = make_assignment(batch), make_assignment(batch, "Brief")
    keys = [f"assignment/{a.pk}" for a in (one, two)]
    with pytest.raises(CityLabError, match=r"come to 99\.99"):
        set_weights(batch, {keys[0]: (Decimal(50), ""), keys[1]: (Decimal("49.99"), "")}, by=None)
    assert not BookEntry.objects.exists()
    set_weights(batch, {keys[0]: (Decimal(40), ""), keys[1]: (Decimal(60), "")}, by=None)
    assert book_of(batch, timezone.now()).problem == ""


def _graded():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    report = make_assignment(batch, due=-1, late={"rule": "accepted", "days": 30}, needs_acceptance=True)
    brief = make_assignment(batch, "Decision brief", due=-1)
    one, two, three = learner(batch), learner(batch), learner(batch)
    set_weights(
        batch,
        {f"assignment/{report.pk}": (Decimal(40), ""), f"assignment/{brief.pk}": (Decimal(60), "")},
        by=lena,
    )
    work = hand_in(report, one)
    mark(work, lena)
    marking.decide(work, accept=True, remark="", by=lena)
    mark(hand_in(report, two), lena, 0, 0)
    releasing.set_grade(brief, two, percent=None, excused=True, reason="Ill", by=lena)
    return batch, lena, report, brief, (one, two, three)


def test_facts_tell_accepted_titles_and_totals_of_released_marks_only():
    batch, lena, report, _, (one, two, three) = _graded()
    names = ["submissions.accepted", "grades.total_percent", "grades.missing"]
    people = [one.user, two.user, three.user]
    before = facts_about_many(batch, people, names)
    assert before[one.user_id]["grades.total_percent"].value == 0.0
    releasing.release(report, by=lena)
    found = facts_about_many(batch, people, names)
    assert found[one.user_id]["submissions.accepted"].value == ["City Report"]
    assert found[two.user_id]["submissions.accepted"].value == []
    assert found[one.user_id]["grades.total_percent"].value == 28.8
    assert found[one.user_id]["grades.missing"].value == ["Decision brief"]
    assert found[two.user_id]["grades.total_percent"].value == 0.0
    assert found[two.user_id]["grades.missing"].value == []
    assert found[three.user_id]["grades.missing"].value == ["Decision brief"]


def test_without_assignments_nothing_is_known():
    batch = make_batch()
    one = learner(batch)
    found = facts_about_many(batch, [one.user], ["submissions.accepted", "grades.total_percent"])[one.user_id]
    assert found["submissions.accepted"].value is None
    assert "no assignment" in found["submissions.accepted"].reason
    assert found["grades.total_percent"].value is None


def test_an_accepted_paper_of_a_team_is_accepted_for_each_member():
    batch = make_batch()
    team = Group.objects.create(batch=batch, name="Delta")
    members = [learner(batch), learner(batch)]
    team.members.set(members)
    lena = staff(batch, "Lena", "lecturer")
    work = hand_in(make_assignment(batch, teams=[team], needs_acceptance=True), members[0])
    mark(work, lena)
    marking.decide(work, accept=True, remark="", by=lena)
    found = facts_about_many(batch, [m.user for m in members], ["submissions.accepted"])
    assert [found[m.user_id]["submissions.accepted"].value for m in members] == [["City Report"]] * 2
    assert [g.percent for g in Grade.objects.all()] == [Decimal(72)] * 2


def test_the_book_as_a_workbook_says_missing_and_excused_in_words(crowd):
    batch, lena, *_, people = _graded()
    answer = crowd.client(lena).get(f"/batches/{batch.slug}/grades/?export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    by_name = {row[0]: row[3:] for row in rows[1:]}
    assert by_name[str(people[0].user)][:3] == (72, "missing", 28.8)
    assert by_name[str(people[1].user)][:3] == (0, "excused", 0)
    assert by_name[str(people[2].user)][:2] == ("open", "missing")


@pytest.mark.parametrize("path", ["grades/", "grading/", "assignments/", "materials/", "stuck/"])
def test_lists_ask_as_often_for_three_as_for_one(path, crowd):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = make_assignment(batch, due=1)
    client = crowd.client(lena)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            hand_in(work, learner(batch))
        client.get(f"/batches/{batch.slug}/{path}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"/batches/{batch.slug}/{path}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30

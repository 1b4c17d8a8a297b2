"""At once: two lecturers save one sheet, a form is sent twice, two markers begin; right on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from nagara.campus.cities.domain.seeding import seed
from nagara.campus.cities.models import City
from nagara.campus.learning.domain import handing_in, marking
from nagara.campus.learning.domain.handing_in import Stale
from nagara.campus.learning.models import Grade, HandIn, Marking, Submission
from nagara.campus.notices.models import Notice

from .factories import given, hand_in, learner, make_assignment, make_batch, staff

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls):
    """Run all at once in threads of their own; what each returned or raised."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def batch():
    if not City.objects.exists():
        seed()
    return make_batch()


def test_two_lecturers_grade_one_answer_and_nobodys_work_is_lost(batch):
    lena, luis = staff(batch, "Lena", "lecturer"), staff(batch, "Luis", "lecturer")
    work = hand_in(make_assignment(batch), learner(batch))
    sheets = {lena: given(4, 3, "Of Lena"), luis: given(2, 2, "Of Luis")}
    results = together(
        *(
            lambda by=by, sheet=sheet: marking.finish_sheet(work, sheet, version=0, by=by)
            for by, sheet in sheets.items()
        )
    )
    assert sorted(type(r).__name__ for r in results) == ["Marking", "Stale"]
    sheet = Marking.objects.get()
    assert sheet.version == 1
    assert Grade.objects.get().percent == sheet.percent
    loser = luis if sheet.marker_id == lena.pk else lena
    again = marking.finish_sheet(work, sheets[loser], version=sheet.version, by=loser)
    assert again.history[0]["comment"] == sheet.comment
    assert isinstance(next(r for r in results if not isinstance(r, Marking)), Stale)


def test_two_of_three_who_begin_at_once_take_the_two_places(batch):
    markers = [staff(batch, name, "lecturer") for name in ("Lena", "Luis", "Mona")]
    work = hand_in(make_assignment(batch, second_marker=True), learner(batch))
    results = together(*(lambda by=by: marking.save_sheet(work, given(), version=0, by=by) for by in markers))
    assert sorted(type(r).__name__ for r in results) == ["CityLabError", "Marking", "Marking"]
    assert list(Marking.objects.order_by("place").values_list("place", flat=True)) == [1, 2]


def test_a_form_sent_four_times_at_once_is_one_version_and_one_receipt(batch):
    work, one = make_assignment(batch), learner(batch)
    results = together(
        *(
            lambda: handing_in.hand_in(work, one, text="Floods", version=0, key="once", by=one.user)
            for _ in range(4)
        )
    )
    assert [r for r in results if isinstance(r, Exception)] == []
    assert (Submission.objects.count(), HandIn.objects.count()) == (1, 1)
    assert Notice.objects.filter(template="learning/receipt").count() == 1

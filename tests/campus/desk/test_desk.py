"""The first screen: what to do next, by when, in one's own clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from nagara.campus.admissions.models import Application, Call
from nagara.campus.cities.models import City
from nagara.campus.desk.queries import desk_of
from nagara.campus.desk.todo import Kind, Todo, in_order, left
from nagara.campus.programmes.models import Batch, Programme, ProgrammeVersion, Track
from nagara.campus.readiness.models import Assessment, Expert, Instrument, Seat

NOW = datetime(2027, 1, 10, 3, 0, tzinfo=UTC)


def a_call(**more) -> Call:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term"})
    programme = Programme.objects.create(slug="p", name="P", track=track)
    version = ProgrammeVersion.objects.create(programme=programme, number=1)
    batch = Batch.objects.create(
        version=version, slug="b", name="Batch", starts=date(2027, 3, 1), ends=date(2027, 3, 19), state="call"
    )
    given = {
        "state": "published",
        "opens": datetime(2027, 1, 1, 9),
        "closes": datetime(2027, 1, 12, 18),
        "tz": "Asia/Seoul",
        "title": "Short course",
        "slug": "short",
        "prefix": "S",
    }
    return Call.objects.create(batch=batch, **given | more)


def test_what_is_due_first_comes_first_and_what_has_no_date_last():
    a, b, c = Todo("a", "/"), Todo("b", "/", due=NOW + timedelta(days=2)), Todo("c", "/", due=NOW)
    assert in_order([a, b, c]) == [c, b, a]


@pytest.mark.parametrize(
    ("delta", "words", "pressing"),
    [
        (timedelta(days=5, hours=3), "5 days left", ""),
        (timedelta(days=1), "1 day left", "soon"),
        (timedelta(minutes=59), "59 minutes left", "soon"),
        (timedelta(seconds=30), "less than a minute left", "soon"),
        (-timedelta(hours=2), "2 hours ago", "late"),
    ],
)
def test_the_time_left_is_said_in_words(delta, words, pressing):
    assert left(NOW + delta, NOW) == words
    assert Todo("x", "/", due=NOW + delta).pressing(NOW) == pressing
    assert Todo("x", "/", due=NOW + delta, kind=Kind.WAIT).pressing(NOW) == ""


def test_an_applicant_is_told_to_finish_by_the_deadline_of_the_host(crowd):
    call = a_call()
    application = Application.objects.create(call=call, user=crowd.charlie)
    (todo,) = [t for t in desk_of(crowd.charlie, NOW).do if "Finish" in t.title]
    assert todo.due == datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
    assert (todo.zone, todo.url) == ("Asia/Seoul", application.get_absolute_url())
    application.state = "submitted"
    application.save()
    assert [t.title for t in desk_of(crowd.charlie, NOW).do if "Finish" in t.title] == []
    assert [t for t in desk_of(crowd.charlie, NOW).wait if "Your application" in t.title]


def test_a_lead_nominates_while_the_call_is_open_and_others_are_not_asked(crowd):
    call = a_call()
    assert [t for t in desk_of(crowd.alice, NOW).do if t.title == f"Nominate for {call.title}"]
    assert not [t for t in desk_of(crowd.bob, NOW).do if "Nominate" in t.title]
    after = NOW + timedelta(days=30)
    assert not [t for t in desk_of(crowd.alice, after).do if "Nominate" in t.title]


def test_the_office_is_told_of_drafts_and_of_applications_to_check(crowd):
    call = a_call(state="draft")
    assert [t for t in desk_of(crowd.olga, NOW).do if t.title.startswith("Publish the call")]
    Call.objects.update(state="published")
    Application.objects.create(call=call, user=crowd.bob, state="submitted")
    assert [t for t in desk_of(crowd.olga, NOW).do if t.title == "Check 1 application to Short course"]
    Application.objects.create(call=call, user=crowd.charlie, state="submitted")
    assert [t for t in desk_of(crowd.olga, NOW).do if t.title == "Check 2 applications to Short course"]


def test_a_seat_asks_for_answers_and_an_expert_for_verification(crowd):
    instrument = Instrument.objects.order_by("-version").first() or Instrument.objects.create(
        key="T", title="T", data={"dimensions": [{"id": "D1", "questions": [{"id": "D1.1"}]}]}
    )
    assessment = Assessment.objects.create(
        city=City.objects.get(slug="jakarta"), instrument=instrument, cycle=2027
    )
    Seat.objects.create(assessment=assessment, user=crowd.bob)
    Expert.objects.create(user=crowd.charlie, city=assessment.city)
    assert [t for t in desk_of(crowd.bob, NOW).do if "Answer the readiness" in t.title]
    assert not [t for t in desk_of(crowd.charlie, NOW).do if "Verify" in t.title]
    assessment.state = "verifying"
    assessment.save()
    assert [t for t in desk_of(crowd.charlie, NOW).do if "Verify" in t.title]
    assert not [t for t in desk_of(crowd.bob, NOW).do if "Verify" in t.title]

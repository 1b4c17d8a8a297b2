"""What happens by itself: forms of the day and of the end, reminders, the summary of the evening; facts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from nagara.campus.attendance.models import Presence
from nagara.campus.evaluation.domain import (
    answer,
    ask_all_batches,
    ask_by_hand,
    ask_due,
    change_plan,
    remind_due,
    reply,
    report_due,
)
from nagara.campus.evaluation.models import Occasion, Plan
from nagara.campus.evaluation.queries import open_for, replies_for
from nagara.campus.evaluation.times import kind_of, later
from nagara.campus.notices.models import Notice
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.facts import facts_about, facts_about_many
from nagara.campus.programmes.models import EvaluationForm, RoleKind
from nagara.campus.timetable.domain import cancel_session, release
from nagara.campus.timetable.models import Group, GroupMember
from nagara.citylab.errors import CityLabError

from .factories import DAY, EVENING, NIGHT, NOON, asked, enrol, hold, make_batch, person

pytestmark = pytest.mark.django_db
LAST = datetime(2027, 6, 25, 12, tzinfo=UTC)


@pytest.fixture
def batch(seeded):
    return make_batch()


def test_a_day_with_sessions_is_asked_about_once_and_a_day_without_is_not(batch):
    assert ask_due(batch, now=NOON) == []
    session = hold(batch)
    first = asked(batch)
    assert asked(batch) == first
    assert first.title == "Daily evaluation, 15 Jun 2027"
    assert first.opens == datetime(2027, 6, 15, 6, tzinfo=UTC)  # 15:00 in Seoul
    assert first.closes == datetime(2027, 6, 16, 3, tzinfo=UTC)  # noon of the next day
    cancel_session(session, by=None, reason="typhoon")
    release(batch, by=None, quiet=True, now=NOON)
    assert ask_due(batch, now=NOON) == []
    assert Occasion.objects.count() == 0


def test_a_short_day_is_asked_about_when_its_last_session_ends(batch):
    hold(batch, at="09:00", minutes=180)
    assert asked(batch).opens == datetime(2027, 6, 15, 3, tzinfo=UTC)


def test_regular_work_asks_running_batches_and_on_the_last_day_the_end_form(batch):
    hold(batch)
    make_batch("draft", state="draft")
    assert ask_all_batches(NOON) == 1
    assert ask_all_batches(NOON) == 0
    assert ask_all_batches(LAST) == 1
    end = Occasion.objects.get(kind="last day")
    assert (end.day, end.opens) == (batch.ends, datetime(2027, 6, 25, 0, tzinfo=UTC))


def test_words_of_when_decide_how_a_form_is_asked():
    found = {
        when: kind_of(EvaluationForm(when=when))
        for when in ("daily", "last day", "3 months later", "end of each semester")
    }
    assert list(found.values()) == ["daily", "last day", "later", "by hand"]
    assert later(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert later(date(2027, 1, 31), 1) == date(2027, 2, 28)


def test_those_who_were_there_and_have_not_answered_are_reminded_once(batch):
    ana, budi, _citra = enrol(batch, "Ana", "Budi", "Citra")
    session = hold(batch)
    answer(asked(batch), ana, {"clear": "4"}, now=EVENING)
    assert remind_due(EVENING) == 0
    Presence.objects.create(
        session=session, user=budi, way="roster", began=NOON, ended=EVENING, key="b", by=None
    )
    later_ = EVENING + timedelta(hours=1)  # 19:00
    assert remind_due(later_) == 1
    assert remind_due(later_) == 0
    assert Notice.objects.get().to == budi  # Citra was not there


def test_without_attendance_all_who_have_not_answered_are_reminded(batch):
    ana, *_ = enrol(batch, "Ana", "Budi", "Citra")
    hold(batch)
    answer(asked(batch), ana, {"clear": "4"}, now=EVENING)
    assert remind_due(EVENING + timedelta(hours=1)) == 2


def test_the_team_gets_the_summary_in_the_evening_once_and_without_texts(batch, crowd):
    users = enrol(batch, *(f"Person {n}" for n in range(6)))
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    RoleKind.objects.get_or_create(slug="observer", defaults={"name": "Observer"})
    ria, guest, donor = person("Ria"), person("Guest speaker"), person("Donor")
    give_role(batch, ria, "manager", by=crowd.olga)
    give_role(batch, donor, "observer", by=crowd.olga)
    hold(batch, people=[guest])
    today = asked(batch)
    for user in users:
        answer(today, user, {"clear": "4", "words": "Secret words"}, now=EVENING)
    Notice.objects.all().delete()
    assert report_due(EVENING) == 0
    assert report_due(NIGHT) == 2
    assert report_due(NIGHT + timedelta(minutes=10)) == 0
    letters = {letter.to: letter for letter in Notice.objects.all()}
    assert set(letters) == {ria, guest}
    assert "6 of 6" in letters[ria].subject
    assert "Today was clear to me: 4.0 of 5 (6 answers)" in letters[ria].body
    assert "Secret words" not in letters[ria].body


def test_the_summary_says_that_too_few_have_answered(batch, crowd):
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    give_role(batch, person("Ria"), "manager", by=crowd.olga)
    (ana,) = enrol(batch, "Ana")
    hold(batch)
    answer(asked(batch), ana, {"clear": "1"}, now=EVENING)
    Notice.objects.all().delete()
    assert report_due(NIGHT) == 1
    assert "Fewer than five" in Notice.objects.get().body


def test_the_end_form_is_a_fact_and_unknown_before_it_opens(batch, monkeypatch):
    from nagara.campus.evaluation import providing

    ana, budi = enrol(batch, "Ana", "Budi")
    monkeypatch.setattr(providing.timezone, "now", lambda: NOON)
    before = facts_about(batch, ana, ["evaluation.done"])["evaluation.done"]
    assert (before.value, before.reason) == (None, "the form opens on 25 Jun 2027")
    (end,) = ask_due(batch, now=LAST)
    monkeypatch.setattr(providing.timezone, "now", lambda: LAST)
    answer(end, ana, {"goals": "5"}, now=LAST)
    found = facts_about_many(batch, [ana, budi], ["evaluation.done"])
    assert [found[u.pk]["evaluation.done"].value for u in (ana, budi)] == [True, False]


def test_the_share_of_days_is_a_fact(batch, monkeypatch, django_assert_num_queries):
    from nagara.campus.evaluation import providing

    ana, budi = enrol(batch, "Ana", "Budi")
    monkeypatch.setattr(providing.timezone, "now", lambda: NOON)
    assert facts_about(batch, ana, ["evaluation.daily_share"])["evaluation.daily_share"].value is None
    for number in range(3):
        hold(batch, day=DAY + timedelta(days=number))
        today = asked(batch, NOON + timedelta(days=number))
        if number < 2:
            answer(today, ana, {"clear": "4"}, now=EVENING + timedelta(days=number))
    monkeypatch.setattr(providing.timezone, "now", lambda: NOON + timedelta(days=9))
    with django_assert_num_queries(2):
        found = facts_about_many(batch, [ana, budi], ["evaluation.daily_share"])
    assert found[ana.pk]["evaluation.daily_share"].value == pytest.approx(2 / 3)
    assert found[budi.pk]["evaluation.daily_share"].value == 0
    assert found[ana.pk]["evaluation.daily_share"].evidence == "2 of 3 days"


def test_people_see_what_was_changed_from_the_next_day_on(batch, crowd):
    (ana,) = enrol(batch, "Ana")
    hold(batch)
    today = asked(batch)
    with pytest.raises(CityLabError, match="Both parts"):
        reply(today, said="Too fast", changed=" ", by=crowd.olga, now=NIGHT)
    made = reply(today, said="Too fast", changed="Half an hour more", by=crowd.olga, now=NIGHT)
    assert made.shown_from == DAY + timedelta(days=1)
    assert list(replies_for(ana, NIGHT)) == []
    assert list(replies_for(ana, datetime(2027, 6, 15, 15, tzinfo=UTC))) == [made]  # midnight in Seoul


def test_a_course_is_asked_about_by_hand_and_by_its_own_people(batch, crowd):
    ana, budi = enrol(batch, "Ana", "Budi")
    activity = hold(batch).activity
    group = Group.objects.create(batch=batch, name="A")
    GroupMember.objects.create(group=group, enrolment=ana.enrolments.get())
    activity.group = group
    activity.save()
    form = EvaluationForm.objects.get(key="course")
    (made,) = ask_by_hand(
        batch, form, activities=[activity], opens=DAY, closes=DAY + timedelta(days=7), by=crowd.olga
    )
    assert list(open_for(ana, NOON)) == [made]
    assert list(open_for(budi, NOON)) == []
    assert ask_by_hand(batch, form, activities=[activity], opens=DAY, closes=DAY, by=crowd.olga) == []
    daily = EvaluationForm.objects.get(key="daily")
    with pytest.raises(CityLabError, match="not asked by hand"):
        ask_by_hand(batch, daily, activities=[], opens=DAY, closes=DAY, by=crowd.olga)


def test_times_are_data_and_checked(batch, crowd):
    from datetime import time

    with pytest.raises(CityLabError, match="fewer than five"):
        change_plan(batch, by=crowd.olga, least=4)
    with pytest.raises(CityLabError, match="in this order"):
        change_plan(batch, by=crowd.olga, reports=time(14))
    change_plan(batch, by=crowd.olga, opens=time(16))
    assert Plan.objects.get().opens == time(16)
    hold(batch, minutes=480)
    assert asked(batch).opens == datetime(2027, 6, 15, 7, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, 3])
def test_the_days_of_a_batch_ask_the_database_as_often_for_three_as_for_one(
    count, batch, crowd, django_assert_num_queries
):
    for number in range(count):
        hold(batch, day=DAY + timedelta(days=number), people=[person(f"Speaker {number}")])
        asked(batch, NOON + timedelta(days=number))
    client = crowd.client("olga")
    with django_assert_num_queries(10):
        client.get(f"/batches/{batch.slug}/evaluation/")

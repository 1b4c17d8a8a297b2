"""The class: what to teach tomorrow, who is stuck, look-alikes, marks, grading anew, texts."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from nagara.campus.labwork import classroom
from nagara.campus.labwork.domain import regrade
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.domain.marking import criteria_of, mark_text
from nagara.campus.labwork.domain.regrading import differences, recompute
from nagara.campus.labwork.models import LabAssignment, LabWork
from nagara.campus.learning.gradebook import State, book_of
from nagara.campus.learning.steps import next_steps
from nagara.campus.notices.models import Notice
from nagara.campus.people import data_port
from nagara.campus.programmes import copying
from nagara.campus.programmes.facts import facts_about_many
from nagara.citylab.errors import CityLabError

from .factories import (
    answer,
    answer_of,
    begin,
    enrol,
    learners,
    make_batch,
    make_lab,
    mistake_of,
    person,
    teacher,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


@pytest.fixture
def row():
    return make_lab(make_batch(people=3))


def test_mistakes_are_counted_by_people_and_the_stuck_are_named(row):
    ana, ben, _ = works = [begin(row, user) for user in learners(row.batch)]
    for work in works[:2]:
        answer(work, "count", mistake_of(work, "count", "routes-not-stops"))
    answer(works[1], "count", mistake_of(works[1], "count", "routes-not-stops"))
    answer(ben, "count")
    for n in range(3):
        answer(ana, "spot", {"lon": "1", "lat": str(n)})
    room = classroom.room_of(row)
    (met,) = classroom.mistakes(room)
    assert (met.mistake, met.people, met.open, met.began) == ("routes-not-stops", 2, 1, 2)
    stuck = classroom.stuck(room, timezone.now())
    assert [(s.enrolment.user, s.state.task) for s in stuck] == [(ana.user, "spot")]
    heat = classroom.heats(room)[0]
    assert [c.words for c in heat.rows[1].cells][:3] == ["right", "not yet", "not yet"]
    assert len(classroom.export_rows([heat])) == 30


def test_a_neighbours_answer_is_a_hint_and_ones_own_is_none(row):
    works = [begin(row, user) for user in learners(row.batch)]
    by_factor = {w.prepared["params"]["factor"]: w for w in works}
    while len(by_factor) < 2:  # the draw gave all the same
        work = begin(row, enrol(row.batch, person("Another")))
        by_factor[work.prepared["params"]["factor"]] = work
    ana, ben = list(by_factor.values())[:2]
    answer(ana, "count")
    answer(ben, "count", answer_of(ana, "count"))
    (found,) = classroom.lookalikes(row)
    assert {w.user for _, w, _ in found.answers} == {ana.user, ben.user}
    answer(ben, "which", {"chosen": ["trip"]})
    answer(ana, "which", {"chosen": ["trip"]})
    assert len(classroom.lookalikes(row)) == 1


def test_marks_reach_the_grade_book_the_rules_and_the_next_steps(row):
    ana, ben, cid = learners(row.batch)
    work = begin(row, ana)
    for state in work.tasks.exclude(kind="text"):
        answer(work, state.task)
    begin(row, ben)
    now = timezone.now()
    steps = {user: [s.title for s in next_steps(user, now) if "lab" in s.url] for user in (ana, ben, cid)}
    assert steps == {ana: ["Go on with Lab TK"], ben: ["Go on with Lab TK"], cid: ["Begin Lab TK"]}
    answer(work, "advice")
    state = work.tasks.get(task="advice")
    lena, criteria = teacher(row.batch), criteria_of("")
    (column,) = [c for c in book_of(row.batch, now).columns if c.key == f"lab/{row.pk}"]
    assert column.of(ana.pk).state == State.WAITING
    mark_text(state, criteria=criteria, marks={"mark": "50"}, said={}, comment="Fine.", by=lena, now=now)
    with pytest.raises(CityLabError):
        mark_text(state, criteria=criteria, marks={"mark": "60"}, said={}, comment="", by=lena, now=now)
    (column,) = [c for c in book_of(row.batch, now).columns if c.key == f"lab/{row.pk}"]
    assert [column.of(u.pk).state for u in (ana, ben, cid)] == [State.MARKED, State.OPEN, State.OPEN]
    assert column.of(ana.pk).percent == Decimal("91.18")
    facts = facts_about_many(row.batch, [ana, ben], ["labs.percent", "labs.done"])
    assert facts[ana.pk]["labs.percent"].value == 91.18
    assert facts[ana.pk]["labs.done"].value == ["TK"]
    assert not facts[ben.pk]["labs.percent"].known
    assert not [s for s in next_steps(ana, now) if "/labs/" in s.url]


def test_a_corrected_lab_grades_anew_with_a_reason_and_cites_the_new_run(row, tmp_path, monkeypatch):
    work = begin(row, learners(row.batch)[0])
    given = mistake_of(work, "count", "routes-not-stops")
    answer(work, "count", given)
    answer(work, "list")
    assert differences(row) == []
    folder = tmp_path / "curriculum"
    shutil.copytree(Path(__file__).with_name("curriculum"), folder)
    lab = folder / "labs/tk-standard/lab.toml"
    text = lab.read_text()
    text = text.replace(
        "select count(*) * $factor as value from stop", "select count(*) * $factor as value from X"
    )
    text = text.replace(
        "select count(*) * $factor as value from route", "select count(*) * 2.5 as value from stop"
    )
    lab.write_text(text.replace("from X", "from route"))
    monkeypatch.setenv("NAGARA_CURRICULUM", str(folder))
    (change,) = differences(row)
    assert (change.task, change.was, change.now) == ("count", 0, 2)
    lena, old = teacher(row.batch), work.run_id
    with pytest.raises(CityLabError):
        regrade(row, by=lena, reason=" ")
    made = regrade(row, by=lena, reason="The key counted stops.")
    assert [c["now"] for c in made.changes] == ["2.000"]
    work = LabWork.objects.get(pk=work.pk)
    assert work.run_id != old
    assert work.points == 4
    assert recompute(work).same
    assert differences(row) == []
    assert prepared_of(work).params == work.prepared["params"]
    assert Notice.objects.filter(template="labwork/regraded").count() == 1


def test_labs_are_published_once_copied_as_drafts_and_given_out_and_erased(row):
    assert Notice.objects.filter(template="labwork/published").count() == 3
    new = make_batch("next-27", people=0)
    said = copying.run(row.batch, new, days=28, by=None)
    copied = LabAssignment.objects.get(batch=new)
    assert "1 lab as drafts" in said
    assert (copied.state, copied.opens) == ("draft", row.opens + timedelta(days=28))
    user = learners(row.batch)[0]
    work = begin(row, user)
    answer(work, "count", {"text": "7", "unit": "m"})
    holder = next(h for h in data_port.all_holders() if h.room == "labwork")
    assert holder.export(user)["lab_answers"][0]["answer"]["text"] == "7"
    holder.erase(user)
    assert holder.export(user)["lab_answers"][0]["answer"] == {}

"""The first screen, materials, files in pieces, personal data, copies, reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nagara.campus.desk.queries import desk_of
from nagara.campus.learning.domain import assigning, handing_in, marking
from nagara.campus.learning.domain.reminding import remind
from nagara.campus.learning.models import (
    Assignment,
    BookEntry,
    Extension,
    Grade,
    HandIn,
    Material,
    MaterialVersion,
    SubmissionFile,
)
from nagara.campus.learning.steps import next_steps
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain.erasing import erase
from nagara.campus.people.domain.exporting import gather
from nagara.campus.programmes.domain import copy_batch
from nagara.citylab.errors import CityLabError

from .factories import (
    a_file,
    hand_in,
    in_days,
    learner,
    make_assignment,
    make_batch,
    make_material,
    mark,
    staff,
)

pytestmark = pytest.mark.usefixtures("seeded")


def test_what_came_back_stands_first_then_what_is_due_first(crowd):
    batch = make_batch()
    lena, one = staff(batch, "Lena", "lecturer"), learner(batch)
    make_assignment(batch, "Action Plan", due=9)
    make_assignment(batch, "Decision brief", due=2)
    make_assignment(batch, "Later", due=9, shown_from=in_days(5))
    report = make_assignment(batch, due=1, needs_acceptance=True)
    marking.decide(hand_in(report, one), accept=False, remark="Name the sources.", by=lena)
    steps = next_steps(one.user, timezone.now())
    assert [s.title for s in steps] == ["Revise City Report", "Hand in Decision brief", "Hand in Action Plan"]
    assert steps[0].why == "Name the sources."
    page = crowd.client(one.user).get("/learn/").content.decode()
    assert page.index("Revise City Report") < page.index("Hand in Decision brief")
    assert "Name the sources." in page
    titles = [t.title for t in desk_of(one.user, timezone.now()).do]
    assert set(titles) >= {"Revise City Report", "Hand in Decision brief"}
    assert "Grade 1 piece of work" not in titles


def test_the_first_screen_asks_as_often_for_three_assignments_as_for_one(crowd):
    batch = make_batch()
    one = learner(batch)
    client = crowd.client(one.user)
    counts = []
    for title in ("City Report", "Decision brief", "Action Plan"):
        make_assignment(batch, title)
        make_material(batch, title)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/learn/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[2] <= 30


def test_a_lecturers_desk_says_how_much_waits():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = make_assignment(batch)
    hand_in(work, learner(batch)), hand_in(work, learner(batch))
    todo = next(t for t in desk_of(lena, timezone.now()).do if t.title.startswith("Grade"))
    assert (todo.title, todo.place) == ("Grade 2 pieces of work", batch.name)


def test_a_draft_is_for_those_who_teach_and_the_list_says_what_is_new(crowd):
    batch = make_batch()
    lena, one = staff(batch, "Lena", "lecturer"), learner(batch)
    make_material(batch, "Seen by all")
    hidden = make_material(batch, "Not yet", shown=2)
    client = crowd.client(one.user)
    page = client.get(f"/batches/{batch.slug}/materials/").content.decode()
    assert "Seen by all" in page
    assert "Not yet" not in page
    assert '<span class="tag done">new</span>' in page
    assert client.get(hidden.get_absolute_url()).status_code == 404
    shown = Material.objects.get(title="Seen by all")
    client.get(shown.get_absolute_url())
    page = client.get(f"/batches/{batch.slug}/materials/").content.decode()
    assert '<span class="tag">opened</span>' in page
    assert "Not yet" in crowd.client(lena).get(f"/batches/{batch.slug}/materials/").content.decode()


def test_markdown_of_a_material_runs_nothing(crowd):
    batch = make_batch()
    one = learner(batch)
    body = "<script>alert(1)</script> [x](javascript:alert(1)) ![p](http://e.org/p.png)\n\n## Head"
    page = crowd.client(one.user).get(make_material(batch, body=body).get_absolute_url()).content.decode()
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page
    assert "<img" not in page
    assert "<h2>Head</h2>" in page


def test_a_change_keeps_the_version_before_with_its_file():
    from nagara.campus.learning.domain.materials import save_material

    batch = make_batch()
    first = make_material(batch, "Table", kind="file", upload=a_file("a.csv", b"a,b\n1,2\n"))
    changed = save_material(
        batch, material=first, upload=a_file("b.csv", b"a,b\n3,4\n"), note="Mended", by=None
    )
    old = MaterialVersion.objects.get()
    assert (changed.version, changed.name, old.name, old.note) == (2, "b.csv", "a.csv", "Mended")
    with pytest.raises(CityLabError, match="transcript"):
        make_material(batch, "R", kind="recording", body="", address="https://v.example.org/1")


def test_a_download_that_broke_off_goes_on_and_is_never_run(crowd):
    batch = make_batch()
    one = learner(batch)
    data = b"gate,level\n" + b"North,112\n" * 50
    table = make_material(batch, "Table", kind="file", upload=a_file("Pegel č.csv", data))
    client, address = crowd.client(one.user), f"/materials/{table.pk}/file/"
    whole = client.get(address)
    assert b"".join(whole.streaming_content) == data
    assert whole["Content-Disposition"].startswith("attachment")
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole["Content-Security-Policy"]
    rest = client.get(address, headers={"Range": "bytes=100-", "If-Range": whole["ETag"]})
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{len(data) - 1}/{len(data)}")
    assert b"".join(rest.streaming_content) == data[100:]
    last = client.get(address, headers={"Range": "bytes=-10"})
    assert b"".join(last.streaming_content) == data[-10:]
    assert client.get(address, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    changed = client.get(address, headers={"Range": "bytes=100-", "If-Range": '"other"'})
    assert changed.status_code == 200
    assert client.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_personal_data_is_given_out_and_erased_while_marks_stay():
    batch = make_batch()
    lena, one = staff(batch, "Lena", "lecturer"), learner(batch)
    work = make_assignment(batch)
    handing_in.add_file(work, one, upload=a_file(), by=one.user)
    made = hand_in(work, one)
    mark(made, lena)
    held = gather(one.user)["learning"]
    assert held["handed_in"][0]["text"] == "My city floods."
    assert held["grades"] == []
    erase(one.user, by=lena, reason="asked")
    assert HandIn.objects.get().text == ""
    assert not SubmissionFile.objects.exists()
    assert Grade.objects.get().percent == 72


def test_a_copy_of_a_batch_has_its_materials_and_assignments_with_moved_times(crowd):
    batch = make_batch()
    make_material(batch, "Table", kind="file", upload=a_file("a.csv", b"a,b\n1,2\n"))
    work = make_assignment(batch)
    BookEntry.objects.create(batch=batch, source=f"assignment/{work.pk}", weight=100)
    hand_in(work, learner(batch))
    type(batch.version).objects.update(status="published")
    batch.refresh_from_db()
    new = copy_batch(batch, name="Next year", starts=batch.starts + timedelta(days=364), by=crowd.olga)
    copied = Assignment.objects.get(batch=new)
    assert copied.due == work.due + timedelta(days=364)
    assert copied.due_at == work.due_at + timedelta(days=364)
    assert not copied.submissions.exists()
    assert BookEntry.objects.get(batch=new).source == f"assignment/{copied.pk}"
    table = Material.objects.get(batch=new)
    assert table.path.read_bytes() == b"a,b\n1,2\n"
    assert table.file != Material.objects.get(batch=batch).file


def test_who_has_not_handed_in_is_reminded_once_a_day_before():
    batch = make_batch()
    work = make_assignment(batch, due=0.9)
    make_assignment(batch, "Later", due=4)
    done, late, ill = learner(batch), learner(batch, city="yangon"), learner(batch)
    hand_in(work, done)
    assigning.extend(work, ill, until=in_days(3), reason="Fever", by=None)
    now = timezone.now()
    assert remind(now) == 1
    assert remind(now) == 0
    letter = Notice.objects.get(template="learning/reminder")
    assert letter.to == late.user
    assert "Asia/Yangon" in letter.body
    until = Extension.objects.get().until_at
    assert remind(until - timedelta(hours=5)) == 1

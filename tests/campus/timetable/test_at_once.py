"""Two people at once: one release, one change; right on SQLite and PostgreSQL."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from nagara.campus.notices.models import Notice
from nagara.campus.timetable.domain import Changed, change_session, release
from nagara.campus.timetable.models import Release, Session
from nagara.citylab.errors import CityLabError

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs):
    """Run the jobs in threads that begin together; what each returned or raised."""
    gate, found = Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        try:
            gate.wait()
            found[number] = job()
        except CityLabError as error:
            found[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_releases_at_once_make_one_and_tell_everyone_once(f):
    batch = f.make_batch()
    people = f.enrol(batch, "jakarta", "yangon")
    f.session(f.activity(batch), day=f.MONDAY.replace(year=2031))
    found = at_once(lambda: release(batch, by=None), lambda: release(batch, by=None))
    assert sorted(type(one).__name__ for one in found) == ["CityLabError", "Release"]
    assert Release.objects.count() == 1
    assert Notice.objects.filter(template="timetable/out").count() == len(people)


def test_of_two_changes_at_once_one_is_kept_and_the_other_is_told(f):
    held = f.session(f.activity(f.make_batch()))
    found = at_once(
        lambda: change_session(held, version=1, by=None, minutes=60),
        lambda: change_session(held, version=1, by=None, minutes=120),
    )
    assert sorted(type(one).__name__ for one in found) == ["Changed", "Session"]
    kept = next(one for one in found if isinstance(one, Session))
    lost = next(one for one in found if isinstance(one, Changed))
    now = Session.objects.get()
    assert (now.minutes, now.version) == (kept.minutes, 2)
    assert lost.held.minutes == kept.minutes

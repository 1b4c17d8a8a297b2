"""The demonstration's timetables are there, released, and loaded once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from nagara.campus.notices.models import Notice
from nagara.campus.people import demo as people
from nagara.campus.programmes import demo as programmes
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable import demo
from nagara.campus.timetable.domain import changes_of
from nagara.campus.timetable.models import PublicSession, Release, Session
from nagara.campus.timetable.queries import takes_part


@pytest.mark.django_db
def test_a_short_course_is_in_its_second_week_and_last_years_is_over(seeded):
    seed()
    for room in (people, programmes, demo):
        room.load()
    batch = Batch.objects.get(slug=demo.NOW)
    today = timezone.localdate(timezone=ZoneInfo("Asia/Seoul"))
    assert batch.starts + timedelta(days=7) <= today <= batch.starts + timedelta(days=13)
    assert batch.enrolments.count() == 48
    assert batch.enrolments.values("city__state").distinct().count() >= 10
    assert [r.number for r in Release.objects.filter(batch=batch)] == [3, 2, 1]
    assert changes_of(batch) == []
    public = PublicSession.objects.filter(batch=batch)
    assert public.filter(cancelled=True).count() == 1
    assert public.filter(sequence=1, cancelled=False).count() == 1
    assert public.filter(kind="Technical visit").count() == 3
    half = [
        takes_part(s).count()
        for s in Session.objects.filter(activity__batch=batch, activity__group__isnull=False)
    ]
    assert set(half) == {24}
    assert PublicSession.objects.filter(batch__slug=demo.PAST).count() == public.count()
    assert not Notice.objects.filter(template__startswith="timetable/").exists()
    demo.load()
    assert PublicSession.objects.filter(batch=batch).count() == public.count()

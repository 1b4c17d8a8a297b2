"""The demonstration's calls and applications."""

import time
from datetime import date

from applicants import a_batch
from nagara.campus.admissions import demo
from nagara.campus.admissions.domain.content import look
from nagara.campus.admissions.models import Application, Call, Document, Nomination
from nagara.campus.notices.models import Notice
from nagara.campus.people import demo as people_demo
from nagara.campus.programmes.models import Batch


def the_batches():
    for slug, programme, year in (
        ("ascn-short-course-2026", "ascn-short-course", 2026),
        ("ascn-short-course-2027", "ascn-short-course", 2027),
        ("masters-2027", "masters-smart-cities", 2027),
    ):
        made = a_batch(programme, name=slug, year=year)
        Batch.objects.filter(pk=made.pk).update(slug=slug, starts=date(year, 5, 31), ends=date(year, 6, 18))


def test_120_people_of_38_cities_apply_and_the_masters_call_is_open(seeded):
    people_demo.load()
    the_batches()
    begun = time.perf_counter()
    demo.load()
    assert time.perf_counter() - begun < 6
    short = Call.objects.get(batch__slug="ascn-short-course-2027")
    handed_in = Application.objects.handed_in().filter(call=short)
    assert (short.standing(), handed_in.count()) == ("closed", 120)
    assert handed_in.values("city").distinct().count() == 38
    assert len(set(handed_in.values_list("user__passport_name", flat=True))) > 115
    assert 40 <= handed_in.filter(sex="woman").count() <= 60
    assert Nomination.objects.filter(call=short, state="cosigned").count() > 100
    states = set(Document.objects.filter(application__call=short).values_list("state", flat=True))
    assert states == {"missing", "received", "returned", "accepted"}
    papers = Document.objects.filter(application__call=short).exclude(file="")
    assert {look(paper.path, ["pdf"]).key for paper in papers[:5]} == {"pdf"}
    not_met = [a for a in handed_in if any(told["met"] is False for told in a.eligibility)]
    assert 3 <= len(not_met) <= 12
    masters = Call.objects.get(batch__slug="masters-2027")
    assert (masters.standing(), masters.asks_citizenship) == ("open", True)
    assert Application.objects.filter(call=masters, state="draft").count() == 4
    letter = Notice.objects.get(address="supervisor@demo.example")
    assert "/cosign/" in letter.body
    demo.load()  # safe to repeat
    assert Application.objects.count() == 124

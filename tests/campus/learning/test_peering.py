"""Peer review: balanced, never the own or of the own city, without names, weighted by calibration."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone
from hypothesis import given as with_values
from hypothesis import settings as how
from hypothesis import strategies as st

from nagara.campus.learning.domain import handing_in, peering, releasing, scoring
from nagara.campus.learning.domain.peering import Paper, Peer, plan
from nagara.campus.learning.models import Grade, PeerReview
from nagara.campus.notices.models import Notice
from nagara.citylab.errors import CityLabError

from .factories import a_file, given, hand_in, in_days, learner, make_assignment, make_batch, mark, staff

pytestmark = pytest.mark.usefixtures("seeded")
RULE = {"count": 2, "share": 30, "calibration": 1, "flag_above": 20}


@how(max_examples=60, deadline=None)
@with_values(st.lists(st.integers(1, 12), min_size=2, max_size=30), st.integers(1, 4), st.integers(0, 99))
def test_nobody_reads_the_own_paper_or_one_of_the_own_city_nor_one_twice(cities, each, seed):
    papers = [Paper(n, frozenset({n}), frozenset({city})) for n, city in enumerate(cities)]
    peers = [Peer(n, city) for n, city in enumerate(cities)]
    for reader, read in plan(papers, peers, each=each, seed=seed).items():
        assert len(set(read)) == len(read) <= each
        assert all(cities[paper] != cities[reader] for paper in read)
        able = sum(city != cities[reader] for city in cities)
        assert len(read) == min(each, able)


@how(max_examples=30, deadline=None)
@with_values(st.integers(4, 48), st.integers(1, 3), st.integers(0, 99))
def test_every_paper_is_read_as_often_as_every_other(count, each, seed):
    papers = [Paper(n, frozenset({n}), frozenset({n})) for n in range(count)]
    found = plan(papers, [Peer(n, n) for n in range(count)], each=each, seed=seed)
    read = Counter(paper for papers_of in found.values() for paper in papers_of)
    assert set(read.values()) == {each}


def test_the_weight_of_a_peer_falls_with_the_distance_from_the_lecturers():
    assert scoring.peer_weight(None, 20) == 1
    assert scoring.peer_weight(Decimal(0), 20) == 1
    assert scoring.peer_weight(Decimal(10), 20) == Fraction(3, 4)
    assert scoring.peer_weight(Decimal(50), 20) == 0
    assert scoring.weighted([(Decimal(60), Fraction(1)), (Decimal(90), Fraction(1, 2))]) == Decimal(70)
    assert scoring.weighted([(Decimal(60), Fraction(0))]) is None
    assert scoring.shared(Decimal(80), Decimal(50), 30) == Decimal(71)
    assert scoring.shared(Decimal(80), None, 30) == Decimal(80)


def _round(count=5, **rule):
    """An assignment that is over, with papers of so many people of different cities."""
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = make_assignment(batch, "Brief", due=-1, peer={**RULE, **rule}, peer_due=in_days(3))
    cities = ("jakarta", "manila", "ha-noi", "yangon", "bangkok", "phuket", "da-nang")
    people = [
        learner(batch, f"Unmistakable Name{n}", city) for n, city in zip(range(count), cities, strict=False)
    ]
    before = timezone.now() - timedelta(days=2)
    papers = []
    for one in people:
        handing_in.add_file(work, one, upload=a_file(f"{one.user}.pdf"), by=one.user, now=before)
        text = f"By {one.user}, {one.user.email}. The drains are full."
        papers.append(hand_in(work, one, text=text, now=before))
    return batch, lena, work, people, papers


def test_names_leak_neither_to_the_reader_nor_to_the_author(crowd):
    _, lena, work, people, _ = _round()
    peering.assign_peers(work, by=lena)
    names = {str(p.user) for p in people} | {p.user.email for p in people}
    for review in PeerReview.objects.select_related("reviewer__user"):
        me = review.reviewer.user
        client = crowd.client(me)
        page = client.get(review.get_absolute_url()).content.decode()
        assert "The drains are full." in page
        assert [n for n in names - {str(me), me.email} if n in page] == []
        assert not any(f"Name{n}" in page.replace(str(me), "") for n in range(len(people)))
        file = client.get(f"{review.get_absolute_url()}files/1/")
        assert file["Content-Disposition"] == f'attachment; filename="paper-{review.number}-file-1.pdf"'
        peering.save_peer(review, given(4, 4, "Well said."), version=0, done=True, by=me)
    author = people[0]
    mark(author.submissions.get(), lena)
    releasing.release(work, by=lena)
    page = crowd.client(author.user).get(work.get_absolute_url()).content.decode()
    assert "Peer 1: 80.00 of 100" in page
    assert [str(p.user) for p in people[1:] if str(p.user) in page] == []
    letters = Notice.objects.filter(template="learning/peers")
    assert letters.count() == len(people)
    assert not any(str(p.user) in letter.body for letter in letters for p in people if p.user != letter.to)


def test_another_persons_paper_does_not_exist(crowd):
    _, lena, work, people, _ = _round()
    peering.assign_peers(work, by=lena)
    theirs = PeerReview.objects.exclude(reviewer=people[0]).first()
    client = crowd.client(people[0].user)
    assert client.get(theirs.get_absolute_url()).status_code == 404
    assert client.post(theirs.get_absolute_url(), {"say": "done"}).status_code == 404
    assert client.get(f"{theirs.get_absolute_url()}files/1/").status_code == 404


def test_peers_count_their_share_weighted_by_the_calibration_papers():
    _, lena, work, people, papers = _round(count=4)
    with pytest.raises(CityLabError, match="Mark it first"):
        peering.mark_calibration(papers[0], on=True, by=lena)
    for paper in papers:
        mark(paper, lena, 4, 4)
    peering.mark_calibration(papers[0], on=True, by=lena)
    peering.assign_peers(work, by=lena)
    good, bad = people[1], people[2]
    for review in PeerReview.objects.all():
        strange = review.reviewer_id == bad.pk
        facts = 0 if strange else 5
        if review.calibration:
            facts = 0 if strange else 4
        peering.save_peer(review, given(facts, facts), version=0, done=True, by=review.reviewer.user)
    rows = PeerReview.objects.filter(calibration=False, submission=papers[3])
    readers = set(rows.values_list("reviewer", flat=True))
    grade = Grade.objects.get(enrolment=people[3])
    assert good.pk in readers
    assert bad.pk in readers
    assert grade.how["peer"] == "100.00"
    assert grade.percent == Decimal("86.00")


def test_peers_are_assigned_once_after_the_due_time():
    batch = make_batch()
    early = make_assignment(batch, "Early", due=2, peer=RULE, peer_due=in_days(5))
    with pytest.raises(CityLabError, match="after the due time"):
        peering.assign_peers(early, by=None)
    _, lena, work, _, _ = _round_in(batch)
    assert peering.assign_peers(work, by=lena) > 0
    assert peering.assign_peers(work, by=lena) == 0


def _round_in(batch):
    lena = staff(batch, "Lena", "lecturer")
    work = make_assignment(batch, "Brief", due=-1, peer=RULE, peer_due=in_days(3))
    people = [learner(batch, city=c) for c in ("jakarta", "manila", "ha-noi")]
    before = timezone.now() - timedelta(days=2)
    return batch, lena, work, people, [hand_in(work, p, now=before) for p in people]


def test_after_its_time_a_paper_is_only_read():
    _, lena, work, _, _ = _round()
    peering.assign_peers(work, by=lena)
    review = PeerReview.objects.first()
    late = work.peer_due_at + timedelta(seconds=1)
    with pytest.raises(CityLabError, match="is over"):
        peering.save_peer(review, given(), version=0, done=True, by=review.reviewer.user, now=late)

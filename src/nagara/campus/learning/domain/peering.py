"""Verbs of peer review: who reads what, keep and finish a peer's sheet, calibration pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.learning.domain import scoring
from nagara.campus.learning.domain.assigning import concerned, subject
from nagara.campus.learning.domain.handing_in import Stale
from nagara.campus.learning.domain.marking import Given, criteria_of, held, settle
from nagara.campus.learning.models import Assignment, PeerReview, Submission
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Paper:
    """A paper to be read: key, the people whose work it is, their cities."""

    key: int
    authors: frozenset[int]
    cities: frozenset[int]


@dataclass(frozen=True)
class Peer:
    """Somebody who reads: key (enrolment) and city."""

    key: int
    city: int | None

    def may_read(self, paper: Paper) -> bool:
        """Never the own, never one of the own city."""
        return self.key not in paper.authors and (self.city is None or self.city not in paper.cities)


def plan(papers: Sequence[Paper], peers: Sequence[Peer], *, each: int, seed: int) -> dict[int, list[int]]:
    """{peer: papers}: each peer reads `each` papers, and each paper is read by as equal a number of peers as
    can be. The order is drawn by `seed`: the same input gives the same plan.

    Peers with the fewest papers that they may read choose first; each takes the papers read least so far.
    A last pass moves readings from the most to the least read paper while the two differ by more than one.
    """
    chance = Random(seed)  # noqa: S311 (no secret: only an order)
    order = list(papers)
    chance.shuffle(order)
    rank = {paper.key: i for i, paper in enumerate(order)}
    by_key = {paper.key: paper for paper in order}
    read: dict[int, int] = dict.fromkeys(rank, 0)
    able = {peer.key: [p for p in order if peer.may_read(p)] for peer in peers}
    given: dict[int, list[int]] = {peer.key: [] for peer in peers}
    queue_ = sorted(peers, key=lambda peer: (len(able[peer.key]), peer.key))
    for turn in range(each):
        for peer in queue_ if turn % 2 == 0 else reversed(queue_):
            free = [p for p in able[peer.key] if p.key not in given[peer.key]]
            if free:
                chosen = min(free, key=lambda p: (read[p.key], rank[p.key]))
                given[peer.key].append(chosen.key)
                read[chosen.key] += 1
    _even_out(given, read, by_key, {peer.key: peer for peer in peers})
    return given


def _even_out(
    given: dict[int, list[int]], read: dict[int, int], papers: Mapping[int, Paper], peers: Mapping[int, Peer]
) -> None:
    """Move readings from papers read often to papers read seldom, where a reader may."""
    moved = True
    while moved:
        moved = False
        for least in sorted(read, key=lambda k: read[k]):
            for most in sorted(read, key=lambda k: -read[k]):
                if read[most] - read[least] < 2:
                    break
                reader = next(
                    (
                        key
                        for key, has in given.items()
                        if most in has and least not in has and peers[key].may_read(papers[least])
                    ),
                    None,
                )
                if reader is not None:
                    given[reader][given[reader].index(most)] = least
                    read[most] -= 1
                    read[least] += 1
                    moved = True
                    break
            if moved:
                break


@transaction.atomic
def assign_peers(
    assignment: Assignment, *, by: User | None, now: datetime | None = None, quiet: bool = False
) -> int:
    """Give everybody who has handed in their papers to read, and tell them; once. Calibration pieces come
    first in each list. Returns how many readings were given."""
    held_row = (
        Assignment.objects.select_for_update(of=("self",)).select_related("rubric").get(pk=assignment.pk)
    )
    now = now or timezone.now()
    if not held_row.peer:
        raise CityLabError("This assignment has no peer review.")
    if held_row.peers_at is not None:
        return 0
    if now < held_row.due_at:
        raise CityLabError("Peers are assigned after the due time.", mend="Wait until everybody is in.")
    submissions = list(held_row.submissions.filter(number__gt=0).select_related("enrolment"))
    if len(submissions) < 2:
        raise CityLabError("There are fewer than two papers.")
    members = _members(submissions)
    cities = {e.pk: e.city_id for e in concerned(held_row)}
    pieces = {s.pk for s in submissions if s.calibration}
    papers = {
        s.pk: Paper(
            s.pk, frozenset(members[s.pk]), frozenset(c for m in members[s.pk] if (c := cities.get(m)))
        )
        for s in submissions
    }
    peers = [Peer(m, cities[m]) for s in submissions for m in members[s.pk] if m in cities]
    common = [p for p in papers.values() if p.key not in pieces]
    given = plan(common, peers, each=int(held_row.peer["count"]), seed=held_row.pk)
    wanted = int(held_row.peer.get("calibration", 0))
    rows = []
    for peer in peers:
        own = [papers[k] for k in sorted(pieces) if peer.may_read(papers[k])][:wanted]
        listed = [(p.key, True) for p in own] + [(key, False) for key in given[peer.key]]
        Random(held_row.pk * 1_000_003 + peer.key).shuffle(listed)  # noqa: S311 (which is which stays hidden)
        rows += [
            PeerReview(submission_id=key, reviewer_id=peer.key, number=i, calibration=piece)
            for i, (key, piece) in enumerate(listed, 1)
        ]
    PeerReview.objects.bulk_create(rows)
    held_row.peers_at = now
    held_row.save(update_fields=["peers_at"])
    record("peers assigned", subject(held_row), by=by, readings=len(rows), pieces=len(pieces))
    if not quiet:
        _tell(held_row, rows, by=by)
    assignment.peers_at = now
    return len(rows)


def _members(submissions: Iterable[Submission]) -> dict[int, list[int]]:
    """Whose work each is, with one question for all teams."""
    rows = list(submissions)
    groups = [s.group_id for s in rows if s.group_id]
    in_group: dict[int, list[int]] = defaultdict(list)
    for pk, group in Enrolment.objects.filter(groups__in=groups).values_list("pk", "groups"):
        in_group[group].append(pk)
    return {s.pk: [s.enrolment_id] if s.enrolment_id else in_group[s.group_id or 0] for s in rows}


def _tell(assignment: Assignment, rows: Sequence[PeerReview], *, by: User | None) -> None:
    counts: dict[int, int] = defaultdict(int)
    for row in rows:
        counts[row.reviewer_id] += 1
    for enrolment in Enrolment.objects.filter(pk__in=counts).select_related("user"):
        queue(
            to=enrolment.user,
            template="learning/peers",
            context={
                "assignment": assignment,
                "count": counts[enrolment.pk],
                "link": assignment.get_absolute_url(),
            },
            about=subject(assignment),
            by=by,
        )


@transaction.atomic
def mark_calibration(submission: Submission, *, on: bool, by: User) -> None:
    """Choose a paper by which peers are compared with the lecturers, or choose it no more: before peers are
    assigned, and only one that is marked."""
    now_held = held(submission)
    if now_held.assignment.peers_at is not None:
        raise CityLabError("Peers are assigned already.")
    if on and not any(row.is_done for row in now_held.markings.all()):
        raise CityLabError("Mark it first: peers are compared with your marks.")
    now_held.calibration = on
    now_held.save(update_fields=["calibration"])
    record(
        "calibration piece chosen" if on else "calibration piece left", f"submission/{submission.pk}", by=by
    )


def may_review(review: PeerReview, now: datetime) -> str:
    """ "" where the peer may still mark, else why not."""
    due = review.submission.assignment.peer_due_at
    if due is not None and now > due:
        return "The time for reading papers of others is over."
    if review.submission.assignment.released_at is not None:
        return "The marks are released: nothing more can be changed."
    return ""


@transaction.atomic
def save_peer(
    review: PeerReview,
    given: Given,
    *,
    version: int | None,
    done: bool,
    by: User,
    now: datetime | None = None,
) -> PeerReview:
    """Keep a peer's sheet, or finish it. Raises Stale from an older window."""
    now = now or timezone.now()
    submission = held(review.submission)
    row = PeerReview.objects.select_for_update().get(pk=review.pk)
    row.submission = submission
    refusal = may_review(row, now)
    if refusal:
        raise CityLabError(refusal)
    criteria = criteria_of(submission.assignment)
    marks = scoring.read_marks(criteria, given.marks)
    keys = {str(c["id"]) for c in criteria}
    said = {k: v.strip()[:3000] for k, v in given.said.items() if k in keys and v.strip()}
    same = (row.marks, row.said, row.comment) == (marks, said, given.comment.strip()[:8000])
    if version is not None and version != row.version and not same:
        raise Stale("This sheet was saved from another window since you opened it.", mend="Load it again.")
    row.marks, row.said, row.comment = marks, said, given.comment.strip()[:8000]
    row.version += 0 if same else 1
    if done:
        percent = scoring.percent_of(criteria, marks)
        if percent is None:
            lacking = [str(c["title"]) for c in criteria if str(c["id"]) not in marks]
            raise CityLabError(f"No mark yet for: {', '.join(lacking)}.", mend="The rest can be saved.")
        row.percent, row.done_at = percent, now
    row.save()
    if done:
        record("peer review done", f"submission/{submission.pk}", by=by, review=row.pk)
        settle(submission, by=None)
    return row

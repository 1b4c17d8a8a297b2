"""The demonstration's selection: 120 applications read by eight reviewers, an earlier draft and the present
one with two changes by hand. Everyone in it, and every mark, is invented."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from nagara.campus.admissions.models import Application, Call
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.selection.domain import change, create_round, new_draft
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.domain.reading import plan_readings
from nagara.campus.selection.domain.rounds import change_state
from nagara.campus.selection.domain.scoring import apart, points_of
from nagara.campus.selection.models import Assignment, Committee, Conflict, Draft, Review, Reviewer, Round

BATCH = "ascn-short-course-2027"
REVIEWERS = ("reviewer1@demo.example", "reviewer2@demo.example", "reviewer3@demo.example")
COMMITTEE = {
    "chair@demo.example": Committee.Role.CHAIR,
    "member@demo.example": Committee.Role.MEMBER,
    "coordinator@demo.example": Committee.Role.SECRETARY,
}
MORE = (("KR", 180), ("TH", 181), ("VN", 182), ("MY", 183), ("LA", 184))
"""Five more reviewers: state and number of the invented person."""
SEVERITY = (0.0, -0.15, 0.1, -0.9, 0.2, 0.0, 0.35, -0.1)
"""How far each reviewer marks above or below the others, in marks of 5: the fourth is strict."""
THIRDS_OPEN = 4
CONSTRAINTS = [
    {"kind": "each_at_most", "fact": "state", "amount": 7, "note": "Quota of the call"},
    {"kind": "each_at_least", "fact": "state", "amount": 1, "note": "Every state takes part"},
    {"kind": "each_at_most", "fact": "city", "amount": 2},
    {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 45, "share": True},
    {"kind": "at_least", "fact": "secondary", "value": "yes", "amount": 22},
    {"kind": "at_most", "fact": "returning", "value": "yes", "amount": 45, "share": True},
    {"kind": "bonus", "fact": "ascn", "value": "yes", "amount": 2, "note": "Members of the network"},
]
COMMENTS = (
    "Names the problem and who is hurt by it. The data are there.",
    "A good problem; what the office would do with the result stays open.",
    "Works on the plan itself. Would use it at once.",
    "Too general: a wish rather than a problem.",
    "Little work with data so far, but a strong reason to learn.",
    "",
    "",
)


@transaction.atomic
def load() -> None:
    """Add the round where its call is there and it is missing."""
    call = Call.objects.filter(batch__slug=BATCH).first()
    if call is None or Round.objects.filter(call=call).exists():
        return
    if not Application.objects.filter(call=call).handed_in().exists():
        return
    office = User.objects.filter(email="office@demo.example").first()
    due = timezone.localtime(timezone.now() - timedelta(days=1)).replace(
        tzinfo=None, hour=18, minute=0, second=0, microsecond=0
    )
    round_ = create_round(
        call,
        name="Selection of the short course 2027",
        by=office,
        constraints=CONSTRAINTS,
        readers=2,
        differ_by=20,
        due=due,
    )
    _people(round_, office)
    _read(round_)
    _drafts(round_, office)


def _people(round_: Round, office: User | None) -> None:
    known = {u.email: u for u in User.objects.filter(email__in=[*REVIEWERS, *COMMITTEE])}
    rows = []
    for iso2, number in MORE:
        one = invented(number, iso2)
        rows.append(
            NewPerson(
                email=f"reader-{one.email}",
                passport_name=one.passport_name,
                preferred_name=one.preferred_name,
                native_name=one.native_name,
                country=iso2,
                sex=one.sex,
            )
        )
    readers = [known[mail] for mail in REVIEWERS if mail in known] + add_people(rows, by=office)
    Reviewer.objects.bulk_create(Reviewer(round=round_, user=user) for user in readers)
    Committee.objects.bulk_create(
        Committee(round=round_, user=known[mail], role=role)
        for mail, role in COMMITTEE.items()
        if mail in known
    )
    first = Application.objects.filter(call=round_.call).handed_in().order_by("reference")[11:12]
    Conflict.objects.bulk_create(
        Conflict(
            round=round_,
            user=readers[0],
            application=application,
            reason="Supervised the applicant's thesis.",
            by=readers[0],
        )
        for application in first
    )


def _read(round_: Round) -> None:
    """Two readings of each application, a third where they differ; some third ones are still open."""
    chance = Random(2027)  # noqa: S311 (invented marks)
    quality: dict[int, float] = {}
    severity = {
        pk: SEVERITY[i % len(SEVERITY)]
        for i, pk in enumerate(round_.reviewers.order_by("pk").values_list("pk", flat=True))
    }
    given = _give(round_, place=0, state=Assignment.State.DONE)
    found: dict[int, list[int]] = defaultdict(list)
    reviews = []
    for reading in given:
        mean = quality.setdefault(reading.application_id, chance.gauss(3.4, 0.75))
        review = _review(round_, reading, mean + severity[reading.reviewer_id], chance)
        found[reading.application_id].append(review.points or 0)
        reviews.append(review)
    limit = round_.differ_by * SCALE
    differing = {pk for pk, points in found.items() if apart(points) > limit}
    wanted = dict.fromkeys(
        Application.objects.filter(pk__in=differing).values_list("reference", flat=True), round_.readers + 1
    )
    Review.objects.bulk_create(reviews)
    thirds = _give(round_, place=round_.readers + 1, state=Assignment.State.DONE, wanted=wanted)
    # those left open are the ones of people whom a visitor can sign in as
    thirds.sort(key=lambda a: (a.reviewer.user.email in REVIEWERS, str(a.application.reference)))
    late = thirds[-THIRDS_OPEN:]
    Assignment.objects.filter(pk__in=[a.pk for a in late]).update(state=Assignment.State.OPEN)
    Review.objects.bulk_create(
        _review(round_, a, quality[a.application_id] + severity[a.reviewer_id], chance)
        for a in thirds[:-THIRDS_OPEN]
    )
    Round.objects.filter(pk=round_.pk).update(state=Round.State.REVIEWING)


def _give(
    round_: Round, *, place: int, state: str, wanted: dict[str | None, int] | None = None
) -> list[Assignment]:
    sharing = plan_readings(
        round_, wanted={str(k): v for k, v in wanted.items()} if wanted is not None else None
    )
    rows = [
        Assignment(
            round=round_,
            application=sharing.applications[ref],
            reviewer=sharing.reviewers[key],
            place=place or number,
            state=state,
            reason="The readers differ." if place else "",
        )
        for ref, keys in sorted(sharing.plan.given.items())
        for number, key in enumerate(keys, 1)
    ]
    return Assignment.objects.bulk_create(rows)


def _review(round_: Round, reading: Assignment, level: float, chance: Random) -> Review:
    criteria = round_.rubric.criteria
    marks = {str(c["id"]): max(1, min(int(c["max"]), round(chance.gauss(level, 0.55)))) for c in criteria}
    return Review(
        assignment=reading,
        scores=marks,
        comment=chance.choice(COMMENTS),
        points=points_of(criteria, marks),
        version=1,
        submitted_at=timezone.now() - timedelta(days=chance.randrange(1, 6), minutes=chance.randrange(600)),
    )


def _drafts(round_: Round, office: User | None) -> None:
    """A first draft; then one more, with someone in and someone deferred by hand. Readings stay open."""
    round_.refresh_from_db()
    first = new_draft(round_, by=office, note="First computation")
    chair = User.objects.filter(email="chair@demo.example").first() or office
    Draft.objects.filter(pk=first.pk).update(made_at=timezone.now() - timedelta(days=2))
    second = new_draft(round_, by=chair, note="After the meeting of the committee")
    change_state(round_, Round.State.REVIEWING, by=chair)
    if chair is None:
        return
    rejected = first.decisions.filter(outcome="reserve").order_by("place").first()
    accepted = first.decisions.filter(outcome="accept").order_by("-rank").first()
    if rejected is None or accepted is None:
        return
    second = change(
        second,
        rejected.application,
        "in",
        reason="Runs the data office that three other applicants depend on.",
        by=chair,
        version=second.version,
    )
    change(
        second,
        accepted.application,
        "outcome",
        outcome="defer",
        reason="The city asked to send the person next year.",
        letter="Your city asked us to keep your application for the next batch.",
        by=chair,
        version=second.version,
    )

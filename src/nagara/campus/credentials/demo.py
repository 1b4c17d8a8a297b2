"""The demonstration's certificates: wording and signatures of the short course, earlier years recorded, and
last year's batch issued, with one rule waived and one certificate revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from nagara.campus.credentials.domain import (
    add_signatory,
    change_wording,
    issue,
    record_earlier,
    revoke,
    waive_rule,
)
from nagara.campus.credentials.domain.lines import UNMET, Line, line_up, word_of
from nagara.campus.credentials.models import Certificate, Signatory
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.models import PastParticipation, User
from nagara.campus.programmes.models import Batch, Waiver

LAST, NOW_RUNNING = "ascn-short-course-2026", "ascn-short-course-now"
SIGNED = (
    ("Prof. Han Seoyeon", "Director of the programme"),
    ("Nur Aqilah binti Haji Omar", "Chair of the committee"),
)
EARLIER = 40
"""So many earlier certificates are recorded; the others wait, so that the page has something to show."""


def _office() -> User | None:
    return User.objects.filter(email=ACCOUNTS[0].email).first()


@transaction.atomic
def load() -> None:
    """Wording, signatures and earlier years; nothing where they are there."""
    office = _office()
    for slug in (LAST, NOW_RUNNING):
        batch = Batch.objects.filter(slug=slug).select_related("version__programme").first()
        if batch is None or Signatory.objects.filter(batch=batch).exists():
            continue
        change_wording(batch, by=office, organisation="ASCN training programme", prefix="ASC")
        for name, title in SIGNED:
            add_signatory(batch, name=name, title=title, by=office)
    if not Certificate.objects.filter(origin=Certificate.Origin.RECORDED).exists():
        rows = PastParticipation.objects.exclude(certificate_number="").order_by("-year", "pk")
        record_earlier(by=office, only=rows.values_list("pk", flat=True)[:EARLIER])


@transaction.atomic
def issue_last_batch() -> None:
    """Certificates of last year's batch from what the rooms know by now; nothing is guessed where a fact is
    missing. Called last, when every room of the demonstration is filled."""
    batch = Batch.objects.filter(slug=LAST).select_related("version__programme").first()
    if batch is None or Certificate.objects.filter(batch=batch).exists():
        return
    lines = line_up(batch)
    if not any(line.full for line in lines):
        return  # some room has not told its facts: a batch in which nobody completed would tell a wrong story
    office = _office()
    at = datetime(batch.ends.year, batch.ends.month, batch.ends.day, 9, tzinfo=UTC)
    if office is not None:
        _waive_one(lines, office, at)
    made = issue(batch, by=office, now=at + timedelta(days=3), quiet=True).made
    full = [one for one in made if one.snapshot["full"] and not one.snapshot["waivers"]]
    others = [one for one in full if one.user is None or not one.user.email.endswith("@demo.example")]
    if len(others) > 5:
        revoke(
            others[4],
            by=office,
            reason="The action plan was another city's: found after the course.",
            now=at + timedelta(days=40),
            quiet=True,
        )


def _waive_one(lines: list[Line], office: User, at: datetime) -> None:
    """The post-test of one person who lacks nothing else."""
    for line in lines:
        lacking = [verdict.rule for verdict in line.standing.verdicts if word_of(verdict) == UNMET]
        if lacking == ["post-test"] and line.award is not None:
            waiver = waive_rule(
                line.enrolment,
                "post-test",
                by=office,
                reason="In hospital on the day of the post-test; the oral examination was passed.",
                signature=office.passport_name,
            )
            Waiver.objects.filter(pk=waiver.pk).update(at=at)
            return

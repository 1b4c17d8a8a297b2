"""Verbs: issue, issue anew, revoke. Each in one transaction with its audit event and its notice."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.credentials import keys
from nagara.campus.credentials.domain.lines import Line, has_rule, is_over, line_up, rules_in_words
from nagara.campus.credentials.domain.numbers import new_code, take
from nagara.campus.credentials.domain.snapshots import snapshot
from nagara.campus.credentials.domain.wording import wording_of
from nagara.campus.credentials.models import Certificate, Signatory
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.citylab.errors import CityLabError

State = Certificate.State


@dataclass(frozen=True, slots=True)
class Issued:
    """What a bulk issue did: the certificates that were made, and the lines that got none."""

    made: list[Certificate]
    left: list[Line]


def subject(certificate: Certificate) -> str:
    """The certificate's name in the audit log."""
    return f"certificate/{certificate.number}"


@transaction.atomic
def issue(
    batch: Batch,
    *,
    by: User | None,
    now: datetime,
    enrolments: Iterable[Any] | None = None,
    quiet: bool = False,
) -> Issued:
    """Issue a certificate to each person of the batch whose verdict is decided and who never got one
    (`enrolments`: only to these). A second call makes nothing new. `quiet`: no notices.

    Raises CityLabError before the last day, and where the programme has no certificate rule.
    """
    batch = _locked(batch)
    if not has_rule(batch):
        raise CityLabError(
            f"{batch.version} says nothing about certificates.",
            mend="Add a certificate rule in a new version of the programme.",
        )
    if not is_over(batch, now):
        raise CityLabError(
            f"{batch} runs until {batch.ends:%d %b %Y}: no verdict is final before its last day.",
            where="batch",
            mend="Come back on the last day, or finish the batch.",
        )
    lines = line_up(batch, enrolments)
    ready = [line for line in lines if line.ready]
    made = _make(batch, ready, by=by, now=now)
    for certificate in made:
        _told(certificate, by=by, quiet=quiet)
    return Issued(made, [line for line in lines if not line.ready])


@transaction.atomic
def reissue(
    certificate: Certificate, *, by: User | None, reason: str, now: datetime, quiet: bool = False
) -> Certificate:
    """A new certificate from what is true now; it replaces the old one, which then no longer holds.

    Raises CityLabError without a reason, for an earlier record, for an erased person, or where the verdict
    is open.
    """
    _needs(reason)
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.enrolment is None or old.batch is None or old.erased_at is not None:
        raise CityLabError(
            f"{old.number} cannot be issued anew: it has no person in a batch here.",
            mend="Earlier records are corrected by a new record.",
        )
    if Certificate.objects.filter(replaces=old).exists():
        raise CityLabError(f"{old.number} is replaced already.", mend="Open the newer certificate.")
    batch = _locked(old.batch)
    lines = line_up(batch, [old.enrolment_id])
    if not lines or lines[0].award is None:
        raise CityLabError(
            "The verdict is open: " + (lines[0].why_not if lines else "the person left the batch") + ".",
            mend="Wait for the missing facts, or waive the rule.",
        )
    if old.state == State.VALID:
        _end(old, State.REPLACED, by=by, reason=reason, now=now)
    new = _make(batch, lines, by=by, now=now)[0]
    new.replaces = old
    new.save(update_fields=["replaces"])
    record("certificate issued anew", subject(new), by=by, reason=reason, replaces=old.number)
    _told(new, by=by, quiet=quiet, letter="credentials/replaced", reason=reason)
    return new


@transaction.atomic
def revoke(
    certificate: Certificate, *, by: User | None, reason: str, now: datetime, quiet: bool = False
) -> Certificate:
    """Take a certificate back, with a reason; the person is told. A second call changes nothing."""
    _needs(reason)
    held = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if held.state == State.REVOKED:
        return held
    if held.state == State.REPLACED:
        raise CityLabError(f"{held.number} was replaced: it does not hold any more.")
    _end(held, State.REVOKED, by=by, reason=reason, now=now)
    record("certificate revoked", subject(held), by=by, reason=reason)
    if held.user is not None and not quiet:
        queue(
            to=held.user,
            template="credentials/revoked",
            context={"certificate": held, "reason": reason, "link": held.get_absolute_url()},
            about=subject(held),
            by=by,
        )
    return held


def _locked(batch: Batch) -> Batch:
    """The batch with its row locked: of two who issue at once, one waits and then finds all done."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    return Batch.objects.select_related("version__programme__track", "host_state").get(pk=batch.pk)


def _needs(reason: str) -> None:
    if not reason.strip():
        raise CityLabError("This step needs a reason.", where="reason", mend="Say in a sentence why.")


def _end(held: Certificate, state: str, *, by: User | None, reason: str, now: datetime) -> None:
    held.state, held.ended_at, held.ended_by, held.reason = state, now, by, reason.strip()
    held.save(update_fields=["state", "ended_at", "ended_by", "reason"])


def _make(batch: Batch, lines: Sequence[Line], *, by: User | None, now: datetime) -> list[Certificate]:
    """Certificates for these lines, numbered in the order of names. Audited one by one."""
    if not lines:
        return []
    now = now.replace(microsecond=0)
    wording = wording_of(batch.version)
    signed = list(Signatory.objects.filter(batch=batch))
    words = dict(rules_in_words(batch))
    cohort = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN).count()
    prefix = f"{wording.prefix}-{batch.ends.year}"
    numbers, place = _numbers(prefix, len(lines)), take("status list", len(lines))
    signing = keys.signing().key_id
    until = _years_later(now, wording.valid_years)
    made = []
    for number, line in zip(numbers, lines, strict=True):
        kept = snapshot(batch, line, wording=wording, signed=signed, words=words, cohort=cohort, now=now)
        kept |= {"id": f"urn:uuid:{uuid.uuid4()}", "subject": f"urn:uuid:{uuid.uuid4()}"}
        kept["salt"] = secrets.token_hex(8)
        made.append(
            Certificate(
                number=number,
                code=new_code(),
                batch=batch,
                enrolment=line.enrolment,
                user=line.enrolment.user,
                kind=line.award or "",
                name=kept["name"],
                snapshot=kept,
                status_index=place - 1,
                key_id=signing,
                issued_at=now,
                issued_by=by,
                valid_until=until,
            )
        )
        place += 1
    made = Certificate.objects.bulk_create(made)
    for certificate in made:
        record(
            "certificate issued",
            subject(certificate),
            by=by,
            kind=certificate.kind,
            batch=batch.slug,
            waived=[w["rule"] for w in certificate.snapshot["waivers"]],
        )
    return made


def _numbers(prefix: str, count: int) -> list[str]:
    """Free numbers such as ASC-2026-0001; those that earlier records have are passed over."""
    taken = set(Certificate.objects.filter(number__startswith=f"{prefix}-").values_list("number", flat=True))
    found: list[str] = []
    while len(found) < count:
        missing = count - len(found)
        first = take(f"number {prefix}", missing)
        wanted = [f"{prefix}-{number:04d}" for number in range(first, first + missing)]
        found += [number for number in wanted if number not in taken]
    return found


def _years_later(now: datetime, years: int | None) -> datetime | None:
    if years is None:
        return None
    try:
        return now.replace(year=now.year + years)
    except ValueError:  # 29 February
        return now.replace(year=now.year + years, month=3, day=1)


def _told(
    certificate: Certificate,
    *,
    by: User | None,
    quiet: bool,
    letter: str = "credentials/issued",
    reason: str = "",
) -> None:
    if quiet or certificate.user is None:
        return
    queue(
        to=certificate.user,
        template=letter,
        context={
            "certificate": certificate,
            "link": certificate.get_absolute_url(),
            "check": certificate.check_url,
            "reason": reason,
        },
        about=subject(certificate),
        by=by,
    )

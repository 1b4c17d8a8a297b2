"""What is kept: certificates as paper and as signed badge, their wording, who signs, running numbers."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, ProgrammeVersion, RoleKind


class Series(models.Model):
    """A running number: the last one that was given. Its row is locked while the next is taken."""

    key = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"


class Wording(models.Model):
    """What the paper of a programme version says. Texts may name {programme}, {batch}, {host}, {from}, {to},
    {hours}, {kind}, {city}."""

    class Waivers(models.TextChoices):
        NOT = "not", "Not on the paper"
        COUNT = "count", "How many, not which"
        NAMED = "named", "Each rule that was waived"

    version = models.OneToOneField(
        ProgrammeVersion, on_delete=models.CASCADE, related_name="certificate_wording"
    )
    prefix = models.CharField(
        "numbers begin with", max_length=12, help_text="such as ASC: ASC-2026-0001 is the first of 2026"
    )
    organisation = models.CharField("given by", max_length=160)
    heading = models.CharField(max_length=120, default="Certificate of {kind}")
    lead = models.CharField("line above the name", max_length=160, default="This is to certify that")
    full = models.TextField("text where every rule is met")
    otherwise = models.TextField("text otherwise")
    foot = models.CharField("line at the foot", max_length=300, blank=True)
    show_hours = models.BooleanField("print the hours", default=True)
    show_attendance = models.BooleanField("print the attendance", default=True)
    waivers = models.CharField("waived rules", max_length=8, choices=Waivers.choices, default=Waivers.NAMED)
    valid_years = models.PositiveSmallIntegerField(
        "valid for years", null=True, blank=True, help_text="empty: for ever"
    )

    def __str__(self) -> str:
        return f"wording of {self.version}"


class SignatureImage(models.Model):
    """A picture of a signature, kept by its digest: a certificate names the digest, so it never changes."""

    digest = models.CharField(max_length=64, primary_key=True)
    media = models.CharField(max_length=20)
    data = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:12]


class Signatory(models.Model):
    """Who signs the certificates of a batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="signatories")
    order = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    image = models.ForeignKey(
        SignatureImage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["order", "id"]
        verbose_name_plural = "signatories"

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions about certificates."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; those of batches that one runs; one's own."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        running = RoleKind.objects.filter(runs=True).values("slug")
        batches = BatchRole.objects.filter(now_valid(), user=user, role__in=running).values("batch")
        return self.filter(Q(batch__in=batches) | Q(user=user))

    def standing(self) -> Self:
        """Those that hold: not revoked, not replaced."""
        return self.filter(state=Certificate.State.VALID)


class Certificate(models.Model):
    """A certificate: a snapshot of what was true when it was issued. Nothing in `snapshot` ever changes,
    except that erasing the person takes out what is personal."""

    class State(models.TextChoices):
        VALID = "valid", "Valid"
        REVOKED = "revoked", "Revoked"
        REPLACED = "replaced", "Replaced by a newer one"

    class Origin(models.TextChoices):
        ISSUED = "issued", "Issued here"
        RECORDED = "recorded", "Recorded from earlier records"

    number = models.CharField(max_length=80, unique=True)
    code = models.CharField("check code", max_length=20, unique=True)
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    enrolment = models.ForeignKey(
        Enrolment, null=True, blank=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="certificates",
    )
    kind = models.CharField(max_length=80)
    name = models.CharField("name on the certificate", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.VALID)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ISSUED)
    snapshot = models.JSONField(default=dict)
    status_index = models.PositiveIntegerField(
        null=True, blank=True, unique=True, help_text="place in the status list; none for earlier records"
    )
    key_id = models.CharField("key it is signed with", max_length=64, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField("revoked or replaced at", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField("why it was revoked or replaced", blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state="valid"), name="credentials_one_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.code])

    @property
    def check_url(self) -> str:
        return reverse("check", args=[self.code])

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the batch, as the snapshot has them."""
        first, last = self.snapshot.get("starts"), self.snapshot.get("ends")
        return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None

    @property
    def has_badge(self) -> bool:
        """Signed badges are made of certificates that were issued here and name a person."""
        return self.origin == self.Origin.ISSUED and self.erased_at is None

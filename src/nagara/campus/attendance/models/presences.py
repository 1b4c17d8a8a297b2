"""Who was there from when to when: evidence, one row for each stay. Minutes are worked out from it."""

from __future__ import annotations

from typing import NamedTuple, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import Session
from nagara.campus.webinars.models import Registration


class Who(NamedTuple):
    """A person whose minutes are counted: someone with an account, else a guest who registered."""

    user: int | None
    guest: int | None = None

    @property
    def key(self) -> str:
        """The person in an address: u12, g3."""
        return f"u{self.user}" if self.user is not None else f"g{self.guest}"

    @classmethod
    def read(cls, key: str) -> Self | None:
        """The person that a key names; None where it is none."""
        kind, number = key[:1], key[1:]
        if kind not in {"u", "g"} or not (number.isascii() and number.isdigit()) or len(number) > 18:
            return None
        return cls(int(number)) if kind == "u" else cls(None, int(number))


class PresenceQuerySet(models.QuerySet["Presence"]):
    """Questions about presences."""

    def of(self, who: Who) -> Self:
        """Those of one person. A guest who has an account is the person of that account."""
        if who.user is None:
            return self.filter(user=None, registration=who.guest)
        return self.filter(Q(user=who.user) | Q(user=None, registration__user=who.user))

    def in_force(self) -> Self:
        return self.filter(dropped=False)


class Presence(models.Model):
    """One stay of one person in one session, and how it is known.

    Rows are added, never changed, but for the end of a stay that goes on (check-out, presence online); what
    no longer holds is `dropped`. `key` names the evidence: the same evidence twice is one row. `said` is what
    a roster says; an absence is a stay of no length. `said_at` orders what one lecturer said: the last word
    counts. A correction stands for all other evidence.
    """

    class Way(models.TextChoices):
        CODE = "code", "Code in the room"
        ROSTER = "roster", "Roster"
        ONLINE = "online", "Online"
        IMPORT = "import", "Imported"
        CORRECTION = "correction", "Corrected"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="presences"
    )
    registration = models.ForeignKey(
        Registration, null=True, blank=True, on_delete=models.SET_NULL, related_name="presences"
    )
    way = models.CharField(max_length=12, choices=Way.choices)
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True, help_text="empty: checked in and not checked out")
    said = models.CharField(max_length=12, blank=True, help_text="present, late, left or absent")
    said_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    key = models.CharField(max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    dropped = models.BooleanField("no longer counts", default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        ordering = ["began", "id"]
        indexes = [models.Index(fields=["session", "user"], name="attendance_by_person")]
        constraints = [
            models.UniqueConstraint(fields=["session", "key"], name="attendance_evidence_once"),
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=F("began")), name="attendance_span"
            ),
            # one stay by code is open at a time: 500 people and their second taps need no lock
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(way="code", ended__isnull=True, dropped=False),
                name="attendance_one_open_stay",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()}, {self.began:%H:%M}"


class Counting(models.Model):
    """How a batch counts. A batch without a row counts by the defaults."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="attendance_counting")
    code_seconds = models.PositiveSmallIntegerField(
        "the code changes every (seconds)",
        default=20,
        validators=[MinValueValidator(10), MaxValueValidator(120)],
    )
    opens_before = models.PositiveSmallIntegerField(
        "check-in opens before the session (minutes)", default=30, validators=[MaxValueValidator(180)]
    )
    grace = models.PositiveSmallIntegerField(
        "a check-in this late still counts from the start (minutes)",
        default=0,
        validators=[MaxValueValidator(30)],
        help_text="for the queue at the door; 0: a late arrival counts from then",
    )
    without_check_out = models.PositiveSmallIntegerField(
        "who checks in and not out counts for (minutes)",
        null=True,
        blank=True,
        help_text="empty: to the end of the session",
    )
    bridge_seconds = models.PositiveSmallIntegerField(
        "a gap online that is bridged (seconds)",
        default=90,
        validators=[MinValueValidator(30), MaxValueValidator(600)],
    )
    warn_below = models.PositiveSmallIntegerField(
        "warn the team below (per cent)", default=67, validators=[MaxValueValidator(100)]
    )

    below = models.PositiveIntegerField("people below that share", default=0, editable=False)
    below_at = models.DateTimeField("counted at", null=True, editable=False)

    class Meta:
        verbose_name_plural = "counting"

    def __str__(self) -> str:
        return f"How {self.batch} counts attendance"

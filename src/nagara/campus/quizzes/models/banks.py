"""Question banks: a bank holds items, an item has versions, a version is data and never changes."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Module

TEACHING = ("manager", "coordinator", "lecturer", "mentor")
"""Roles of a batch that work on banks and quizzes; an observer only looks."""
ALIVE = (Batch.State.PREPARING, Batch.State.RUNNING)


def teaches_now(user: Any) -> bool:
    """True for who teaches in a batch that is being prepared or runs. Asked once a request."""
    if not getattr(user, "is_authenticated", False):
        return False
    known = user.__dict__.get("_teaches_now")
    if known is None:
        roles = BatchRole.objects.filter(now_valid(), user=user, role__in=TEACHING)
        known = user.__dict__["_teaches_now"] = roles.filter(batch__state__in=ALIVE).exists()
    return bool(known)


class BankQuerySet(models.QuerySet["Bank"]):
    """Questions about banks."""

    def visible_to(self, user: Any) -> Self:
        """All for the office and for who teaches in a batch that runs; none for others: banks hold keys."""
        return self if is_office(user) or teaches_now(user) else self.none()


class Bank(models.Model):
    """A bank of questions. `shipped`: it came with the site; the office's edits stay all the same."""

    slug = models.SlugField("short name", max_length=80, unique=True)
    title = models.CharField(max_length=160)
    about = models.TextField(blank=True, help_text="what the questions are for, in a sentence or two")
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="banks")
    shipped = models.BooleanField(default=False, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = BankQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz-bank", args=[self.slug])


class Item(models.Model):
    """A question. What it asks stands in its versions; `kind`, `level` and `tags` repeat the newest one's."""

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="items")
    key = models.SlugField("short name", max_length=80)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200, help_text="the question's first words")
    level = models.CharField(max_length=20, blank=True)
    tags = models.JSONField(default=list, blank=True)
    order = models.PositiveIntegerField(default=0)
    retired = models.BooleanField(default=False, help_text="not asked any more; old answers stay")
    newest = models.ForeignKey(
        "ItemVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        ordering = ["bank", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["bank", "key"], name="quizzes_item_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz-item", args=[self.bank.slug, self.key])


class ItemVersion(models.Model):
    """What an item asks and what is right, as data in the schema of `domain/items.py`. It never changes
    once it was asked: a change makes the next version."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    note = models.CharField(max_length=300, blank=True, help_text="what is new, and why")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["item", "-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="quizzes_item_version_once")]

    def __str__(self) -> str:
        return f"{self.item}, version {self.number}"

"""The grade book: what counts, and how much."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from nagara.campus.programmes.models import Batch, Course


class BookEntry(models.Model):
    """A column of the grade book: `source` names an assignment or a quiz ("assignment/7", "quiz/3").

    `bundle`: entries of one name count together (daily quizzes), and the lowest of them may be dropped.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="book_entries")
    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    weight = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="of 100",
    )
    bundle = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "source"], name="learning_book_entry_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.weight}"


class BookRules(models.Model):
    """Rules of a batch's grade book: `drop` {bundle: how many of the lowest do not count}."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="book_rules")
    drop = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Rules of {self.batch}"

"""A person, and the posts of the office."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from nagara.campus.people.names import searchable

NAME_FIELDS = ("passport_name", "preferred_name", "native_name", "certificate_name")


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Names are one field each: single names, bin/binti, A/L, A/P and "@" are normal."""

    SEX = (("woman", "Woman"), ("man", "Man"), ("other", "Other"), ("", "Not said"))

    email = models.EmailField("e-mail", max_length=254, unique=True, help_text="kept in lower case")
    passport_name = models.CharField("name as in passport", max_length=200)
    preferred_name = models.CharField("name to be called by", max_length=120, blank=True)
    native_name = models.CharField("name in own script", max_length=200, blank=True)
    certificate_name = models.CharField("name on certificates", max_length=200, blank=True)
    sort_key = models.CharField("sorted under", max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="two-letter code, such as ID")
    tz = models.CharField("time zone", max_length=60, blank=True, help_text="such as Asia/Jakarta")
    sex = models.CharField(max_length=10, blank=True, choices=SEX, default="")
    phone = models.CharField(max_length=40, blank=True, help_text="with the code of the country: +62 ...")
    search_text = models.TextField(
        blank=True, editable=False
    )  # names and e-mail, as `searchable` writes them
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("may use the admin pages", default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["passport_name"]

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="people_sorted")
        ]  # the list of people, by page

    def __str__(self) -> str:
        return self.preferred_name or self.passport_name or self.email

    def settle(self) -> None:
        """Fill what follows from names and e-mail. `save` does it; who writes in bulk calls it."""
        self.email = UserManager.normalize_email(self.email)
        self.sort_key = self.sort_key or self.passport_name.casefold()
        self.search_text = searchable(" ".join([*(getattr(self, n) for n in NAME_FIELDS), self.email]))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.settle()
        fields = kwargs.get("update_fields")
        if fields is not None and {*NAME_FIELDS, "email", "sort_key"} & set(fields):
            kwargs["update_fields"] = {*fields, "search_text", "sort_key"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.passport_name

    def get_short_name(self) -> str:
        return str(self)


class OfficeMember(models.Model):
    """A person's post in the office, dated. The office may write everywhere."""

    class Role(models.TextChoices):
        MANAGER = "manager", "Programme manager"
        COORDINATOR = "coordinator", "Coordinator"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="office_posts")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.COORDINATOR)
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["user", "since"]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

"""Consents: asked for each purpose, to a version of the words, given and withdrawn at any time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from nagara.campus.audit.domain import record
from nagara.campus.people.models import Consent, ConsentText, User
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Standing:
    """How a person stands to a purpose: `given` None where never asked or asked about older words."""

    text: ConsentText
    given: bool | None
    at: datetime | None
    version: int | None

    @property
    def older_words(self) -> bool:
        return self.version is not None and self.version < self.text.version


def current_texts() -> list[ConsentText]:
    """The newest words of each purpose, in the order of the page."""
    newest: dict[str, ConsentText] = {}
    for text in ConsentText.objects.order_by("version"):
        newest[text.purpose] = text
    return sorted(newest.values(), key=lambda text: (text.order, text.purpose))


def standing(user: User) -> list[Standing]:
    """Where the person stands on every purpose, by the newest answer."""
    answers: dict[str, Consent] = {}
    for answer in Consent.objects.filter(user=user).order_by("at", "id"):
        answers[answer.purpose] = answer
    found = []
    for text in current_texts():
        last = answers.get(text.purpose)
        given = None if last is None or (last.given and last.version < text.version) else last.given
        found.append(Standing(text, given, last.at if last else None, last.version if last else None))
    return found


def has_given(user: User, purpose: str) -> bool:
    """True where the person agreed to the present words of `purpose` and did not withdraw."""
    return any(s.text.purpose == purpose and s.given is True for s in standing(user))


def who_gave(purpose: str) -> QuerySet[User]:
    """The people who agree to the present words of a purpose, in one query."""
    newest = Consent.objects.filter(user=OuterRef("pk"), purpose=purpose).order_by("-at", "-id")
    version = ConsentText.objects.filter(purpose=purpose).order_by("-version").values("version")[:1]
    return (
        User.objects.filter(erased_at=None)
        .annotate(consented=Subquery(newest.values("given")[:1]), read=Subquery(newest.values("version")[:1]))
        .filter(consented=True, read=Subquery(version))
    )


@transaction.atomic
def answer(user: User, *, purpose: str, given: bool, by: User | None) -> Consent:
    """Keep an answer to the present words. An answer that changes nothing is not kept twice."""
    now = next((s for s in standing(user) if s.text.purpose == purpose), None)
    if now is None:
        raise CityLabError(f"There is no consent for {purpose!r}.", mend="Load the page again.")
    if now.given is given:
        return Consent.objects.filter(user=user, purpose=purpose).latest("at", "id")
    kept = Consent.objects.create(user=user, purpose=purpose, version=now.text.version, given=given, by=by)
    verb = "consent given" if given else "consent withdrawn"
    record(verb, f"person/{user.pk}", by=by, purpose=purpose, version=now.text.version)
    return kept


@transaction.atomic
def answer_all(user: User, *, given: Iterable[str], by: User | None) -> None:
    """Keep the answers of a whole page: purposes in `given` are given, the others are not."""
    agreed = set(given)
    for now in standing(user):
        wants = now.text.purpose in agreed
        if wants or now.given:
            answer(user, purpose=now.text.purpose, given=wants, by=by)


@transaction.atomic
def publish(purpose: str, *, title: str, text: str, by: User | None, reason: str) -> ConsentText:
    """New words for a purpose, as a new version: those who agreed to the old ones are asked again."""
    last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    if last is None:
        raise CityLabError(f"There is no consent for {purpose!r}.", mend="Choose one of the list.")
    if (last.title, last.text) == (title, text):
        return last
    made = ConsentText.objects.create(
        purpose=purpose, version=last.version + 1, title=title, text=text, order=last.order
    )
    record("consent words changed", f"consent/{purpose}", by=by, reason=reason, version=made.version)
    return made

"""The people of a demonstration: accounts to sign in as, and alumni of earlier batches."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from nagara.campus.people.demo_accounts import ACCOUNTS, PASSWORD
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people, give_office
from nagara.campus.people.models import Consent, ConsentText, PastParticipation, User

FACTS = ("preferred_name", "native_name", "country", "sex", "tz")
CITIES = {
    "BN": "Bandar Seri Begawan",
    "KH": "Phnom Penh",
    "ID": "Banyuwangi",
    "LA": "Luang Prabang",
    "MY": "Johor Bahru",
    "MM": "Mandalay",
    "PH": "Davao City",
    "SG": "Singapore",
    "TH": "Phuket",
    "TL": "Dili",
    "VN": "Da Nang",
}
YEARS = (2023, 2024, 2025)


def load() -> None:
    """Add those who are missing."""
    known = set(User.objects.values_list("email", flat=True))
    missing = [account for account in ACCOUNTS if account.email not in known]
    if missing:
        people = add_people(
            [NewPerson(a.email, a.name, **{name: getattr(a, name) for name in FACTS}) for a in missing],
            by=None,
        )
        User.objects.filter(pk__in=[user.pk for user in people]).update(password=make_password(PASSWORD))
        for account, user in zip(missing, people, strict=True):
            if account.office:
                user.refresh_from_db()
                give_office(user, role=account.office, by=None)
    if not PastParticipation.objects.exists():
        _alumni()


def _alumni() -> None:
    """Six people of each state in earlier batches, and the alumna that one can sign in as."""
    # numbers from 0 on are the applicants of today
    invited = [(invented(n, iso2), iso2) for iso2 in CITIES for n in range(120, 126)]
    people = add_people(
        [
            NewPerson(
                person.email,
                person.passport_name,
                native_name=person.native_name,
                preferred_name=person.preferred_name,
                sex=person.sex,
                country=iso2,
            )
            for person, iso2 in invited
        ],
        by=None,
        reason="earlier batches",
    )
    people += User.objects.filter(email="alumna@demo.example")
    PastParticipation.objects.bulk_create(_past(n, user) for n, user in enumerate(people))
    texts = list(ConsentText.objects.filter(version=1, purpose__in=["directory", "alumni"]))
    Consent.objects.bulk_create(
        Consent(user=user, purpose=text.purpose, version=1, given=True)
        for n, user in enumerate(people)
        for text in texts
        if n % 4
    )


def _past(n: int, user: User) -> PastParticipation:
    year = YEARS[n % 3]
    return PastParticipation(
        user=user,
        programme_title="ASCN Short Course",
        batch_title=f"ASCN Short Course {year}",
        year=year,
        city_text=CITIES[user.country],
        city_slug=slugify(CITIES[user.country]),
        certificate_number=f"SC-{year}-{n + 1:03d}",
        certificate_kind="Completion" if n % 8 else "Participation",
        source="demonstration",
        source_row=n + 2,
    )

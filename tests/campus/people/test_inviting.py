"""Invitations: a letter with a link that works once, and the accounts of a demonstration."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from nagara.campus.audit.models import Event
from nagara.campus.notices.domain import sending
from nagara.campus.notices.models import Notice
from nagara.campus.people import demo, roles
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.domain import add_person, inviting
from nagara.campus.people.models import Invitation, User
from nagara.citylab.findings import CityLabError

pytestmark = pytest.mark.django_db
STRONG = "correct horse battery"


def _link() -> str:
    sending.send_due()
    return re.search(r"http://127.0.0.1:8000(/invitation/\S+)", mail.outbox[-1].body)[1]


def test_the_office_invites_with_roles_and_the_link_lets_the_person_in_once(crowd, client):
    form = {
        "email": "New@City.example",
        "passport_name": "Nguyễn Thị Ánh",
        "country": "VN",
        "places": ["cities.jakarta.staff"],
    }
    answer = crowd.client("olga").post("/people/invite/", form)
    new = User.objects.get(email="new@city.example")
    assert answer.url == f"/people/{new.pk}/"
    assert (new.country, [held.role for held in roles.held_by(new)]) == ("VN", ["Staff"])
    link = _link()
    assert "Nguyễn Thị Ánh" in client.get(link).content.decode()
    assert client.post(link, {"password": STRONG}).url == "/me/"
    assert client.get("/me/").status_code == 200
    assert client.get(link).status_code == 400
    assert User.objects.get(pk=new.pk).check_password(STRONG)
    verbs = set(Event.objects.filter(subject=f"person/{new.pk}").values_list("verb", flat=True))
    assert verbs == {"person added", "person invited", "invitation accepted"}


def test_without_a_password_the_link_leads_to_a_passkey(crowd, client):
    user = add_person("p@example.org", passport_name="P", password=None)
    inviting.send(user, by=crowd.olga)
    answer = client.post(_link(), {"password": ""})
    assert answer.url == "/account/2fa/webauthn/add/"
    assert client.get(answer.url).status_code == 200  # no password is asked: there is none


def test_a_weak_password_is_refused_and_the_link_still_works(crowd, client):
    user = add_person("p@example.org", passport_name="P", password=None)
    inviting.send(user, by=crowd.olga)
    link = _link()
    assert client.post(link, {"password": "short"}).status_code == 200
    assert client.post(link, {"password": STRONG}).status_code == 302


def test_a_newer_invitation_ends_the_older_and_time_ends_both(crowd, client):
    user = add_person("p@example.org", passport_name="P", password=None)
    inviting.send(user, by=crowd.olga)
    older = _link()
    crowd.client("olga").post(f"/people/{user.pk}/invite/")
    newer = _link()
    assert (client.get(older).status_code, client.get(newer).status_code) == (400, 200)
    Invitation.objects.update(expires=timezone.now() - timedelta(days=1))
    assert client.get(newer).status_code == 400


def test_a_coordinator_cannot_make_a_manager(crowd):
    form = {"email": "x@example.org", "passport_name": "X", "places": ["office.manager"]}
    answer = crowd.client("olga").post("/people/invite/", form)
    assert answer.status_code == 200
    assert not User.objects.filter(email="x@example.org").exists()
    with pytest.raises(CityLabError, match="may not give"):
        inviting.invite("x@example.org", passport_name="X", places=["office.manager"], by=crowd.olga)


def test_the_office_sees_the_letter_but_not_the_personal_link(crowd):
    user = add_person("p@example.org", passport_name="P", password=None)
    inviting.send(user, by=crowd.olga)
    page = crowd.client("olga").get(f"/notices/{Notice.objects.get().pk}/").content.decode()
    assert "(personal link)" in page
    assert inviting.token_of(Invitation.objects.get())[:16] not in page


def test_a_demonstration_signs_in_with_one_press_and_no_other_site_does(settings, client, seeded):
    demo.load()
    demo.load()
    assert User.objects.filter(email__endswith="@demo.example").count() == len(ACCOUNTS)
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"email": "office@demo.example"}).status_code == 404
    settings.NAGARA_DEMO = True
    page = client.get("/demo/").content.decode()
    assert all(account.email in page for account in ACCOUNTS)
    assert client.post("/demo/sign-in/", {"email": "applicant@demo.example"}).status_code == 302
    assert "Aye Aye Mon" in client.get("/me/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "someone@example.org"}).status_code == 404


def test_the_manager_of_a_demonstration_is_one(seeded):
    demo.load()
    office = User.objects.get(email="office@demo.example")
    assert (office.is_superuser, office.check_password("nagara-demo-2026")) == (True, True)
    assert User.objects.get(email="visitor@demo.example").check_password("nagara-demo-2026")


def test_many_are_invited_with_letters_held_for_a_look(crowd):
    new = [add_person(f"p{n}@example.org", passport_name=f"P{n}", password=None) for n in range(3)]
    crowd.alice.last_login = timezone.now()
    crowd.alice.save()
    nowhere = add_person("x@no-mail.invalid", passport_name="X", password=None)
    marked = {"id": [user.pk for user in (*new, crowd.alice, nowhere)]}
    client = crowd.client("olga")
    page = client.post("/people/invite/many/", marked).content.decode()
    assert "Invite 3 people?" in page
    assert "2 of the marked are left out" in page
    client.post("/people/invite/many/", {"ids": ",".join(map(str, marked["id"])), "sure": "yes"})
    assert set(Notice.objects.values_list("state", "address")) == {
        ("held", f"p{n}@example.org") for n in range(3)
    }


def test_the_office_mends_an_e_mail_with_a_reason_and_the_old_one_is_free(crowd):
    user = add_person("old@example.org", passport_name="Old", password=None)
    client = crowd.client("olga")
    address = f"/people/{user.pk}/change/"
    form = {"passport_name": "Old", "email": "NEW@example.org", "is_active": "on", "country": "LA"}
    form["sort_key"] = "old"
    assert client.post(address, form).status_code == 200  # no reason
    assert client.post(address, {**form, "email": "alice@example.org", "reason": "r"}).status_code == 200
    assert client.post(address, {**form, "reason": "a typing error"}).status_code == 302
    user.refresh_from_db()
    assert (user.email, user.country) == ("new@example.org", "LA")
    event = Event.objects.get(verb="person changed")
    assert (event.reason, event.data) == ("a typing error", {"fields": ["country", "email"]})
    assert "new@example.org" in client.get("/people/?q=new@example").content.decode()


def test_a_coordinator_changes_and_erases_no_manager(crowd):
    boss = add_person("boss@example.org", passport_name="Boss", password=None, office="manager")
    client = crowd.client("olga")
    assert client.get(f"/people/{boss.pk}/").status_code == 200
    assert client.get(f"/people/{boss.pk}/change/").status_code == 404
    assert client.get(f"/people/{boss.pk}/erase/").status_code == 404


def test_who_has_signed_in_gets_no_link_past_the_second_factor(crowd, client):
    user = add_person("p@example.org", passport_name="P", password=STRONG)
    inviting.send(user, by=crowd.olga)
    link = _link()
    client.post("/account/login/", {"login": "p@example.org", "password": STRONG})
    assert client.get(link).status_code == 400
    user.refresh_from_db()
    with pytest.raises(CityLabError, match="signed in before"):
        inviting.send(user, by=crowd.olga)
    form = {"email": "p@example.org", "passport_name": "P", "places": ["cities.jakarta.staff"]}
    assert crowd.client("olga").post("/people/invite/", form).status_code == 302
    letter = Notice.objects.latest("id")
    assert (letter.template, "/invitation/" in letter.body) == ("people/places", False)
    assert "- Staff, Jakarta" in letter.body

"""People: names as they are, e-mails in lower case, posts that are dated."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from nagara.campus.audit.models import Event
from nagara.campus.people.domain import add_person, change_names, give_office
from nagara.campus.people.models import OfficeMember, User
from nagara.campus.people.queries import is_office, visible_people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["Suharto", "Siti binti Ahmad", "Raj A/L Kumar", "Tan Mei @ Mary Tan", "နော်ဝါး", "Nguyễn Thị Ánh"]
)
def test_a_name_is_one_field_and_is_kept_as_it_is(name):
    user = add_person("a@example.org", passport_name=name, password="long enough 1")
    assert User.objects.get(pk=user.pk).passport_name == name
    assert str(user) == name


def test_an_e_mail_signs_in_whatever_its_case(client):
    add_person("Mixed@Example.ORG", passport_name="M", password="long enough 1")
    answer = client.post("/account/login/", {"login": "MIXED@example.org", "password": "long enough 1"})
    assert answer.status_code == 302
    assert answer.url == reverse(settings.LOGIN_REDIRECT_URL)


def test_the_same_e_mail_in_another_case_is_taken():
    add_person("a@example.org", passport_name="A", password=None)
    with pytest.raises(ValueError, match="already known"):
        add_person("A@EXAMPLE.org", passport_name="B", password=None)


def test_a_post_in_the_office_ends_with_its_date(today):
    user = add_person("o@example.org", passport_name="O", password=None, office="coordinator")
    assert is_office(user)
    OfficeMember.objects.filter(user=user).update(until=today - timedelta(days=1))
    assert not is_office(User.objects.get(pk=user.pk))


def test_only_managers_may_use_the_admin_pages(client):
    manager = add_person("m@example.org", passport_name="M", password=None, office="manager")
    coordinator = add_person("c@example.org", passport_name="C", password=None, office="coordinator")
    assert (manager.is_staff, coordinator.is_staff) == (True, False)


def test_an_unknown_role_is_refused_with_the_roles_there_are():
    user = add_person("m@example.org", passport_name="M", password=None)
    with pytest.raises(ValueError, match="manager, coordinator"):
        give_office(user, role="king", by=None)


def test_changing_a_name_is_written_down_without_the_name():
    user = add_person("m@example.org", passport_name="Old", password=None)
    change_names(user, by=user, passport_name="New")
    event = Event.objects.get(verb="names changed")
    assert (event.by, event.data) == (user, {"fields": ["passport_name"]})


def test_a_person_sees_only_oneself_and_the_office_sees_all(crowd):
    assert list(visible_people(crowd.alice)) == [crowd.alice]
    assert visible_people(crowd.olga).count() == 4


def test_the_page_of_a_person_saves_names_without_javascript(crowd):
    client = crowd.client("alice")
    names = {"passport_name": "Alice A/P Rao", "preferred_name": "Al"}
    assert client.post("/me/", names).status_code == 302
    assert "Alice A/P Rao" in client.get("/me/").content.decode()
    assert str(User.objects.get(pk=crowd.alice.pk)) == "Al"


def test_the_command_adds_a_person_with_a_first_password(capsys):
    call_command("person", "new@example.org", "New Person", office="manager")
    said = capsys.readouterr().out
    user = User.objects.get(email="new@example.org")
    assert user.check_password(said.strip().rsplit(" ", 1)[-1])


def test_sign_up_is_closed_unless_the_settings_open_it(client, settings):
    settings.NAGARA_SIGNUP = False
    client.post(
        "/account/signup/", {"email": "x@example.org", "password1": "a long one 12", "passport_name": "X"}
    )
    assert not User.objects.filter(email="x@example.org").exists()
    settings.NAGARA_SIGNUP = True
    client.post(
        "/account/signup/", {"email": "x@example.org", "password1": "a long one 12", "passport_name": "X"}
    )
    assert User.objects.get(email="x@example.org").passport_name == "X"


def test_signing_in_wrongly_too_often_is_stopped(client):
    add_person("a@example.org", passport_name="A", password="right right 1")
    wrong = {"login": "a@example.org", "password": "wrong"}
    answers = [client.post("/account/login/", wrong) for _ in range(7)]
    assert "Too many failed login attempts" in answers[-1].content.decode()
    right = client.post("/account/login/", {"login": "a@example.org", "password": "right right 1"})
    assert right.status_code == 200  # still stopped, even with the right word

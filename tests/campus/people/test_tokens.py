"""Tokens: made once, shown once, opening only what they may, for as long as they may."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from nagara.campus.audit.models import Event
from nagara.campus.people.domain.tokens import MOST, make_token, revoke_token
from nagara.campus.people.models import ProgramToken
from nagara.campus.people.programs import GUESSES
from nagara.citylab.errors import CityLabError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits():
    cache.clear()


def made(user, scopes=("read", "answer"), days=30, now=None):
    return make_token(user, name="Notebook", scopes=scopes, days=days, now=now or timezone.now())


def ask(text):
    return Client().get("/programs/me/", headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_shown_once_and_only_its_digest_is_kept(crowd):
    client = crowd.client("alice")
    page = client.post("/me/tokens/", {"name": "At home", "scopes": ["read"], "days": 30}).content.decode()
    text = page.split("<code>ngr_")[1].split("<")[0]
    row = ProgramToken.objects.get(user=crowd.alice)
    assert row.name == "At home"
    assert text not in str(vars(row))
    assert f"ngr_{text}" not in client.get("/me/tokens/").content.decode()
    assert ask(f"ngr_{text}").json() == {"name": str(crowd.alice), "email": crowd.alice.email}
    assert not any(text in str(event.data) for event in Event.objects.all())


def test_a_revoked_or_expired_token_opens_nothing(crowd):
    row, text = made(crowd.alice)
    assert ask(text).status_code == 200
    revoke_token(row, by=crowd.alice, now=timezone.now())
    assert ask(text).status_code == 401
    assert "revoked" in ask(text).json()["detail"]
    _, old = made(crowd.alice, now=timezone.now() - timedelta(days=31))
    assert "expired" in ask(old).json()["detail"]


def test_a_token_does_only_what_it_may(crowd):
    _, text = made(crowd.alice, scopes=["answer"])
    answer = ask(text)
    assert answer.status_code == 403
    assert "may not read" in answer.json()["detail"]


def test_a_session_is_no_token(crowd):
    answer = crowd.client("alice").get("/programs/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_closed_account_opens_nothing(crowd):
    _, text = made(crowd.alice)
    crowd.alice.is_active = False
    crowd.alice.save()
    assert ask(text).status_code == 401


def test_guessing_is_slowed_down(crowd):
    answers = [ask(f"ngr_guess{n}").status_code for n in range(GUESSES + 1)]
    assert set(answers[:-1]) == {401}
    assert answers[-1] == 429


def test_nobody_revokes_the_token_of_another(crowd):
    row, text = made(crowd.alice)
    assert crowd.client("bob").post(f"/me/tokens/{row.pk}/revoke/").status_code == 404
    assert crowd.client("alice").post(f"/me/tokens/{row.pk}/revoke/").status_code == 302
    assert ask(text).status_code == 401


def test_there_is_a_most_and_a_least(crowd):
    for _ in range(MOST):
        made(crowd.alice)
    with pytest.raises(CityLabError, match="tokens already"):
        made(crowd.alice)
    with pytest.raises(CityLabError, match="allowed something"):
        made(crowd.bob, scopes=[])


def test_use_is_noted_now_and_then(crowd):
    row, text = made(crowd.alice)
    ask(text)
    row.refresh_from_db()
    assert row.used_at is not None

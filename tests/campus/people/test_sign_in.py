"""Ways in: a code by mail, an organisation's own server, a passkey in a real browser."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.test import Client

from browsing import complaints
from nagara.campus.people import demo
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.domain import add_person
from nagara.campus.people.domain.seeding import seed
from nagara.campus.people.models import User

PASSWORD = "correct horse battery"
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


@pytest.mark.django_db
def test_a_code_by_mail_signs_in_without_a_password(client, seeded):
    user = add_person("a@example.org", passport_name="A", password=None)
    assert "Have a code sent by mail" in client.get("/account/login/").content.decode()
    asked = client.post("/account/login/code/", {"email": "A@example.org"})
    code = CODE.search(mail.outbox[0].body)[0]
    assert mail.outbox[0].to == ["a@example.org"]
    client.post(asked.url, {"code": "WRONG1"})
    assert not get_user(client).is_authenticated
    client.post(asked.url, {"code": code})
    assert get_user(client) == user


@pytest.mark.django_db
def test_codes_are_not_sent_without_end_nor_tried_without_end(client, seeded):
    add_person("a@example.org", passport_name="A", password=None)
    for _ in range(6):
        Client().post("/account/login/code/", {"email": "a@example.org"})
    assert len(mail.outbox) == 3
    cache.clear()
    client.post("/account/login/code/", {"email": "a@example.org"})
    for _ in range(6):
        tried = client.post("/account/login/code/confirm/", {"code": "AAAAAA"})
    assert tried.status_code == 302  # the code is dead: back to the beginning
    assert not get_user(client).is_authenticated


@pytest.mark.django_db
def test_someone_unknown_gets_no_code_and_the_page_says_nothing_else(client, seeded, settings):
    settings.NAGARA_SIGNUP = False
    asked = client.post("/account/login/code/", {"email": "nobody@example.org"})
    assert asked.url == "/account/login/code/confirm/"
    assert not any(CODE.search(letter.body) for letter in mail.outbox)


class Server:
    """An OpenID provider on this machine: discovery, authorisation code, RS256 id token, user info."""

    def __init__(self, claims: dict) -> None:
        self.claims, self.nonce = claims, None
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        outer = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(outer.answer(urlsplit(self.path).path))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._say(outer.token())

            def _say(self, said: dict) -> None:
                data = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> dict:
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            return self.claims
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }

    def token(self) -> dict:
        now = int(time.time())
        claims = {"iss": self.url, "aud": "nagara", "iat": now, "exp": now + 60, **self.claims}
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": token}


@pytest.fixture
def provider(settings):
    servers = []

    def start(**claims) -> Server:
        server = Server({"sub": "42", **claims})
        servers.append(server)
        app = {"provider_id": "oidc", "name": "Jakarta Smart City", "client_id": "nagara", "secret": "s"}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"APPS": [{**app, "settings": {"server_url": server.url}}]}
        }
        return server

    yield start
    for server in servers:
        server.server.shutdown()


def _come_back(client, server: Server):
    """Press the button, be sent to the server, come back with its code."""
    page = client.get("/account/login/").content.decode()
    link = re.search(r'href="(/account/oidc/oidc/login/[^"]*)"', page)[1]
    assert "Sign in with Jakarta Smart City" in page
    away = client.get(link)
    asked = parse_qs(urlsplit(away.url).query)
    assert away.url.startswith(f"{server.url}/authorize?")
    assert asked["client_id"] == ["nagara"]
    back = urlsplit(asked["redirect_uri"][0]).path
    return client.get(f"{back}?{urlencode({'code': 'c', 'state': asked['state'][0]})}")


@pytest.mark.django_db
def test_an_organisations_server_signs_in_who_is_known_by_a_confirmed_e_mail(client, seeded, provider):
    user = add_person("rita@jakarta.example", passport_name="Rita", password=None)
    server = provider(email="Rita@jakarta.example", email_verified=True, name="Rita W")
    assert _come_back(client, server).status_code == 302
    assert get_user(client) == user
    assert User.objects.get(pk=user.pk).passport_name == "Rita"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "verified"), [("rita@jakarta.example", False), ("stranger@jakarta.example", True)]
)
def test_an_organisations_server_opens_no_account_of_its_own(
    email, verified, client, seeded, provider, settings
):
    settings.NAGARA_SIGNUP = False
    add_person("rita@jakarta.example", passport_name="Rita", password=None)
    server = provider(email=email, email_verified=verified, name="R")
    _come_back(client, server)
    assert not get_user(client).is_authenticated
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_without_a_server_in_the_settings_there_is_no_button(client, seeded):
    assert "oidc" not in client.get("/account/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    [
        "email/",
        "password/change/",
        "password/reset/",
        "signup/",
        "reauthenticate/",
        "3rdparty/",
        "2fa/",
        "2fa/webauthn/",
        "2fa/totp/activate/",
        "2fa/recovery-codes/",
    ],
)
def test_every_page_about_signing_in_opens(page, client, seeded):
    """With passkeys in hand: pages of libraries break on what a site left out."""
    user = add_person("a@example.org", passport_name="A", password=None)
    for name in ("Phone", "Laptop"):
        Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "passwordless": True})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    answer = client.get(f"/account/{page}")
    assert answer.status_code in {200, 302, 404}, answer.status_code
    if page == "2fa/webauthn/":
        assert "Laptop" in answer.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_made_and_signs_in_under_the_strict_policy(visit, crowd, live_server):
    """A virtual authenticator of the browser; addresses by name, since a passkey belongs to a domain."""
    assert live_server.url.startswith("http://localhost:")
    page = visit("/account/login/")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.fill("#id_login", "alice@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main button:text-is('Sign in')")
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto(live_server.url + "/account/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)  # asked once more before ways to sign in change
    page.click("main button[type=submit]")
    page.wait_for_url("**/webauthn/add/")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    page.wait_for_load_state()
    keys = tools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert len(keys["credentials"]) == 1
    assert base64.b64decode(keys["credentials"][0]["userHandle"])
    page.goto(live_server.url + "/account/2fa/webauthn/")
    assert page.locator("text=Rename").count() == 1
    page.goto(live_server.url + "/me/")
    page.click("text=Sign out")
    page.wait_for_load_state()
    page.goto(live_server.url + "/account/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto(live_server.url + "/me/")
    assert "alice@example.org" in page.content()
    assert page.said == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False])
def test_the_people_of_a_demonstration_are_one_press_away_on_a_phone(
    javascript, visit, settings, live_server
):
    settings.NAGARA_DEMO = True
    seed()
    demo.load()
    page = visit("/demo/", screen="phone", javascript=javascript)
    if javascript:
        assert [said for said in complaints(page) if "demo band" not in said] == []  # the frame's own band
    assert page.locator("main button").count() == len(ACCOUNTS)
    page.click("button[value='jakarta@demo.example']")
    page.wait_for_url(lambda url: "/demo/" not in url)
    page.goto(f"{live_server.url}/me/")
    assert "jakarta@demo.example" in page.content()
    assert page.said == []

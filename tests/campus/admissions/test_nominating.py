"""Nominating, quotas, co-signatures."""

import threading

import pytest
from django.db import connections

from applicants import a_call, a_nomination, a_nominee, a_representative
from nagara.campus.admissions.domain import cosigning, nominating
from nagara.campus.admissions.domain.nominating import Nominator
from nagara.campus.admissions.domain.quotas import rooms
from nagara.campus.admissions.models import Application, Nomination
from nagara.campus.audit.models import Event
from nagara.campus.cities.models import City, State
from nagara.campus.notices.models import Notice
from nagara.campus.people import links
from nagara.citylab.errors import CityLabError


def test_a_nomination_invites_the_person_and_asks_the_supervisor(crowd):
    made = a_nomination(a_call(), crowd.alice)
    assert (made.state, made.priority, made.place) == ("proposed", 1, "Jakarta, Indonesia")
    letters = {n.address: n for n in Notice.objects.all()}
    assert set(letters) == {"dewi@example.org", "budi@example.org"}
    assert "/nominated/" in letters["dewi@example.org"].body
    assert "/cosign/" in letters["budi@example.org"].body
    assert Event.objects.filter(subject=f"nomination/{made.pk}", verb="nominated", by=crowd.alice).exists()


def test_nobody_is_nominated_twice_whoever_does_it(crowd):
    call = a_call()
    a_nomination(call, crowd.alice)
    nina = a_representative()
    with pytest.raises(CityLabError, match="nominated for this call already"):
        nominating.nominate(
            call,
            a_nominee("DEWI@example.org"),
            nominator=Nominator("nr", State.objects.get(iso2="ID"), None, nina),
        )


def test_the_quota_of_a_city_counts_what_stands(crowd):
    call = a_call(
        quotas=[{"scope": "city", "key": "*", "most": 1}, {"scope": "state", "key": "ID", "most": 9}]
    )
    made = a_nomination(call, crowd.alice)
    with pytest.raises(CityLabError, match="All 1 places of the quota for Jakarta are taken"):
        a_nomination(call, crowd.alice, email="two@example.org")
    nominating.withdraw(made, by=crowd.alice, reason="moved")
    a_nomination(call, crowd.alice, email="two@example.org")
    jakarta = City.objects.select_related("state").get(slug="jakarta")
    assert [(r.scope, r.left) for r in rooms(call, jakarta.state, jakarta)] == [("city", 0), ("state", 8)]


@pytest.mark.django_db(transaction=True)
def test_the_last_quota_place_is_taken_once_by_two_at_the_same_time(crowd):
    call = a_call(quotas=[{"scope": "city", "key": "*", "most": 1}])
    start, said = threading.Barrier(2), []

    def go(number):
        try:
            start.wait()
            a_nomination(call, crowd.alice, email=f"{number}@example.org")
            said.append("made")
        except CityLabError:
            said.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["made", "refused"]
    assert Nomination.objects.standing().filter(call=call).count() == 1


def test_a_closed_call_says_so_in_both_clocks(crowd):
    crowd.alice.tz = "Asia/Yangon"
    call = a_call(open=False)
    with pytest.raises(
        CityLabError, match=r"closed on .*Asia/Seoul, UTC\+9.*with you \(Asia/Yangon, UTC\+6:30\)"
    ):
        a_nomination(call, crowd.alice)


def test_a_replacement_takes_place_and_order_even_where_the_quota_is_full(crowd):
    call = a_call(quotas=[{"scope": "city", "key": "*", "most": 2}])
    first = a_nomination(call, crowd.alice)
    a_nomination(call, crowd.alice, email="two@example.org")
    new = nominating.replace(first, a_nominee("three@example.org", "Tri"), by=crowd.alice, reason="ill")
    first.refresh_from_db()
    assert (first.state, first.replaced_by, new.priority, new.state) == ("replaced", new, 1, "proposed")
    assert Nomination.objects.standing().filter(call=call).count() == 2


def test_priorities_are_reordered_and_close_ranks(crowd):
    call = a_call()
    ones = [a_nomination(call, crowd.alice, email=f"{n}@example.org") for n in range(3)]
    nominating.reorder(ones[2], up=True, by=crowd.alice)
    nominating.reorder(ones[0], up=True, by=crowd.alice)  # the first already
    order = list(call.nominations.order_by("priority").values_list("email", flat=True))
    assert order == ["0@example.org", "2@example.org", "1@example.org"]
    nominating.withdraw(ones[0], by=crowd.alice, reason="left")
    standing = call.nominations.standing().order_by("priority").values_list("email", "priority")
    assert list(standing) == [("2@example.org", 1), ("1@example.org", 2)]


def test_a_yes_is_kept_with_name_position_and_time_and_stays(crowd):
    made = a_nomination(a_call(), crowd.alice)
    signed = cosigning.sign(made.cosignature, name="Budi S.", position="Director", yes=True)
    made.refresh_from_db()
    assert (made.state, signed.answer, signed.name, signed.position) == (
        "cosigned",
        "yes",
        "Budi S.",
        "Director",
    )
    assert signed.answered_at is not None
    again = cosigning.sign(made.cosignature, name="X", position="Y", yes=False, reason="no")
    assert (again.answer, again.name) == ("yes", "Budi S.")
    assert Notice.objects.filter(to=crowd.alice, template="admissions/cosigned").count() == 1


def test_a_no_needs_a_reason_and_frees_the_place(crowd):
    call = a_call(quotas=[{"scope": "city", "key": "*", "most": 1}])
    made = a_nomination(call, crowd.alice)
    with pytest.raises(CityLabError, match="why you do not sign"):
        cosigning.sign(made.cosignature, name="Budi", position="Head", yes=False)
    cosigning.sign(made.cosignature, name="Budi", position="Head", yes=False, reason="needed here")
    made.refresh_from_db()
    assert made.state == "declined"
    a_nomination(call, crowd.alice, email="two@example.org")


def test_another_supervisor_ends_the_link_of_the_first(crowd):
    made = a_nomination(a_call(), crowd.alice)
    link = Notice.objects.get(address="budi@example.org").body
    token = link.split("/cosign/")[1].split("/")[0]
    assert crowd.client("nobody").get(f"/cosign/{token}/").status_code == 200
    cosigning.ask_supervisor(made, name="Sari", email="sari@example.org", by=crowd.alice)
    assert crowd.client("nobody").get(f"/cosign/{token}/").status_code == 404


def test_the_supervisor_is_not_the_nominee(crowd):
    call = a_call()
    nominee = a_nominee("budi@example.org")
    jakarta = City.objects.select_related("state").get(slug="jakarta")
    with pytest.raises(CityLabError, match="own supervisor"):
        nominating.nominate(call, nominee, nominator=Nominator("csco", jakarta.state, jakarta, crowd.alice))


def test_a_head_of_department_nominates_by_a_link_without_an_account(crowd):
    call = a_call()
    jakarta = City.objects.select_related("state").get(slug="jakarta")
    nominating.ask_head(
        call,
        name="Hana",
        email="hana@mail.example",
        department="Transport",
        home_state=jakarta.state,
        city=jakarta,
        most=1,
        by=crowd.olga,
    )
    body = Notice.objects.get(address="hana@mail.example").body
    token = body.split("/nominate/")[1].split("/")[0]
    client = crowd.client("nobody")
    assert client.get(f"/nominate/{token}/").status_code == 200
    data = {
        "name": "Dewi",
        "email": "dewi@example.org",
        "supervisor_name": "Hana",
        "supervisor_email": "hana@mail.example",
    }
    assert client.post(f"/nominate/{token}/", data).status_code == 302
    made = Nomination.objects.get()
    assert (made.kind, made.department, made.city.slug, made.nominator) == (
        "head",
        "Transport",
        "jakarta",
        None,
    )
    page = client.post(f"/nominate/{token}/", {**data, "email": "two@example.org"}).content.decode()
    assert "Your link is for 1 nominations" in page
    new = {
        f"new-{name}": value for name, value in (data | {"name": "Tri", "email": "tri@example.org"}).items()
    }
    replaced = {"say": "replace", "nomination": made.pk, "new-reason": "ill", **new}
    client.post(f"/nominate/{token}/", replaced)
    made.refresh_from_db()
    assert (made.state, made.replaced_by.name) == ("replaced", "Tri")
    tri = made.replaced_by
    client.post(f"/nominate/{token}/", {"say": "withdraw", "nomination": tri.pk, "reason": "left"})
    tri.refresh_from_db()
    assert tri.state == "withdrawn"


def test_a_link_reaches_only_the_own_nominations(crowd):
    call = a_call()
    others = a_nomination(call, crowd.alice)
    jakarta = others.city
    head = nominating.ask_head(
        call,
        name="Hana",
        email="hana@example.org",
        department="Roads",
        home_state=jakarta.state,
        by=crowd.olga,
    )
    token = links.make("nominate", str(head.pk), days=3)
    data = {"say": "withdraw", "nomination": others.pk, "reason": "x"}
    assert crowd.client("nobody").post(f"/nominate/{token}/", data).status_code == 404
    others.refresh_from_db()
    assert others.state == "proposed"


def test_the_nominees_link_makes_an_account_and_begins_the_application(crowd):
    made = a_nomination(a_call(), crowd.alice)
    token = Notice.objects.get(address="dewi@example.org").body.split("/nominated/")[1].split("/")[0]
    client = crowd.client("nobody")
    assert "Dewi Lestari, you are nominated" in client.get(f"/nominated/{token}/").content.decode()
    assert not Application.objects.exists()  # opening a link changes nothing
    answer = client.post(f"/nominated/{token}/")
    application = Application.objects.get()
    assert answer.url == f"/applications/{application.pk}/"
    assert (application.user.email, application.nomination) == ("dewi@example.org", made)
    assert (application.position, application.city.slug) == ("Planner", "jakarta")
    assert client.get(answer.url).status_code == 200


def test_a_letter_does_not_open_an_account_that_a_password_guards(crowd):
    a_nomination(a_call(), crowd.alice, email="charlie@example.org")
    token = Notice.objects.get(address="charlie@example.org").body.split("/nominated/")[1].split("/")[0]
    answer = crowd.client("nobody").post(f"/nominated/{token}/")
    assert answer.url.startswith("/account/login/?next=")
    assert crowd.client("charlie").post(f"/nominated/{token}/").url.startswith("/applications/")
    assert crowd.client("bob").post(f"/nominated/{token}/").url == f"/nominated/{token}/"


def test_a_withdrawn_nominee_reads_why_there_is_nothing_to_do(crowd):
    made = a_nomination(a_call(), crowd.alice)
    token = Notice.objects.get(address="dewi@example.org").body.split("/nominated/")[1].split("/")[0]
    nominating.withdraw(made, by=crowd.alice, reason="moved away")
    client = crowd.client("nobody")
    assert "does not stand" in client.get(f"/nominated/{token}/").content.decode()
    assert client.post(f"/nominated/{token}/").status_code == 200
    assert not Application.objects.exists()

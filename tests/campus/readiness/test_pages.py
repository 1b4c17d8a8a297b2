"""Pages of readiness and teams: conflicts, evidence, files, exports, invitations, query counts."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories_of_readiness import opened
from nagara.campus.cities.lakes import find_place
from nagara.campus.cities.models import City
from nagara.campus.notices.models import Notice
from nagara.campus.people.models import User
from nagara.campus.readiness.computed import computed
from nagara.campus.readiness.domain import deciding
from nagara.campus.readiness.domain.answering import Typed, answer
from nagara.campus.readiness.models import Answer, Assessment, EvidenceItem


def posted(score="3", seen="0", question="D1.1", **more):
    return {f"score-{question}": score, f"seen-{question}": seen, f"note-{question}": "", **more}


def test_an_answer_given_in_an_older_window_is_shown_beside_the_newer_one(crowd):
    made = opened(crowd)
    client = crowd.client("alice")
    assert client.post(f"/readiness/{made.pk}/D1/", posted("3")).status_code == 302
    page = client.post(f"/readiness/{made.pk}/D1/", posted("5"))
    assert page.status_code == 409
    assert "Meanwhile Alice saved 3" in page.content.decode()
    again = client.post(f"/readiness/{made.pk}/D1/", posted("5", seen="1"))
    assert again.status_code == 302
    assert Answer.objects.get().score == 5


def test_the_script_saves_and_learns_the_versions(crowd):
    made = opened(crowd)
    client = crowd.client("alice")
    said = client.post(f"/readiness/{made.pk}/D1/", posted("3"), headers={"X-Autosave": "1"})
    assert json.loads(said.content) == {"versions": {"D1.1": 1}, "conflicts": []}
    late = client.post(f"/readiness/{made.pk}/D1/", posted("4"), headers={"X-Autosave": "1"})
    assert (late.status_code, json.loads(late.content)["conflicts"]) == (409, ["D1.1"])


def test_a_colleague_is_seen_only_after_the_own_answer(crowd):
    made = opened(crowd)
    deciding.name_answerers(made, [crowd.alice, crowd.bob], by=crowd.alice)
    answer(made, [Typed("D1.1", 5, "we have it")], side="self", by=crowd.alice)
    client = crowd.client("bob")
    assert "we have it" not in client.get(f"/readiness/{made.pk}/D1/").content.decode()
    client.post(f"/readiness/{made.pk}/D1/", posted("1"))
    page = client.get(f"/readiness/{made.pk}/D1/").content.decode()
    assert "we have it" in page
    assert "you are 4 apart" in page


def test_a_file_is_kept_and_given_back_to_those_who_may_see_it(crowd):
    made = opened(crowd)
    file = SimpleUploadedFile("ແຜນ plan.pdf", b"%PDF-1.4 plan")
    data = posted("4", **{"file-D1.1": file, "title-D1.1": "ແຜນ of the city"})
    assert crowd.client("alice").post(f"/readiness/{made.pk}/D1/", data).status_code == 302
    item = EvidenceItem.objects.get()
    assert item.title == "ແຜນ of the city"
    address = f"/readiness/{made.pk}/evidence/{item.pk}/"
    got = crowd.client("bob").get(address)
    assert b"".join(got.streaming_content) == b"%PDF-1.4 plan"
    assert "attachment" in got["Content-Disposition"]
    assert crowd.client("charlie").get(address).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url-D1.1", "javascript:alert(1)", "no address of a web page"),
        ("title-D1.1", "only a name", "no link and no file"),
        ("file-D1.1", "exe", "files of this kind are not kept"),
    ],
)
def test_evidence_that_is_none_is_refused_and_the_answer_kept(field, value, words, crowd):
    made = opened(crowd)
    sent = SimpleUploadedFile("a.exe", b"MZ") if value == "exe" else value
    page = crowd.client("alice").post(f"/readiness/{made.pk}/D1/", posted("4", **{field: sent}))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Answer.objects.get().score == 4


def test_a_file_sent_twice_is_kept_once(crowd):
    made = opened(crowd)
    for seen in ("0", "1"):
        file = SimpleUploadedFile("plan.pdf", b"%PDF-1.4 plan")
        data = posted("4", seen, **{"file-D1.1": file})
        assert crowd.client("alice").post(f"/readiness/{made.pk}/D1/", data).status_code == 302
    assert EvidenceItem.objects.count() == 1


def test_a_target_set_meanwhile_is_not_overwritten_by_an_older_page(crowd):
    from factories_of_readiness import sent

    made = sent(crowd)
    eva = User.objects.create_user("eva@example.org", passport_name="Eva")
    deciding.name_expert(eva, city=None, by=crowd.olga)
    address = f"/readiness/{made.pk}/targets/"
    assert crowd.client(eva).post(address, {"target-D1": "4", "seen-D1": ""}).status_code == 302
    old_page = {"target-D1": "", "seen-D1": "", "target-D2": "3,5", "seen-D2": "", "reason-D2": "law"}
    assert crowd.client("alice").post(address, old_page).status_code == 302
    assert {t.dimension: float(t.value) for t in made.targets.all()} == {"D1": 4.0, "D2": 3.5}
    late = crowd.client("alice").post(address, {"target-D1": "5", "seen-D1": ""})
    assert late.status_code == 422
    assert "Meanwhile Eva set 4.00" in late.content.decode()
    wrong = crowd.client("alice").post(address, {"target-D3": "much", "seen-D3": ""})
    assert "“much” is no number" in wrong.content.decode()
    back = crowd.client("alice").post(address, {"target-D1": "", "seen-D1": "4.00"})
    assert back.status_code == 302
    assert not made.targets.filter(dimension="D1").exists()


def test_computed_evidence_has_value_date_and_source(filled, crowd):
    found = computed(find_place("jakarta"), date.today())
    assert found["datasets"].value == "1 of 2"
    assert found["uptime"].value.endswith("%")
    assert "/runs/" in found["uptime"].url
    assert found["sensors"].value == "0"
    assert found["timetable"].value == ""
    assert found["runs"].value == "1"
    assert found["clinic"].value == "2"
    assert found["alarms"].value == "0"
    assert "early-warning" in found["alarms"].detail
    whole = computed(find_place("harbour"), date.today())
    carried, _, every = whole["lessons"].value.partition(" of ")
    assert int(every) >= int(carried) > int(found["lessons"].value.split()[0])
    assert all(piece.simulated for piece in whole.values())
    assert whole["layers"].value.startswith("boundaries")


def test_computed_evidence_stands_beside_the_question_and_answers_nothing(filled, crowd):
    made = opened(crowd)
    page = crowd.client("alice").get(f"/readiness/{made.pk}/D5/").content.decode()
    assert "Uptime of sensors" in page
    assert "it does not answer for you" in page
    assert not Answer.objects.exists()


def test_the_list_and_its_files_hold_no_score(crowd):
    opened(crowd)
    client = crowd.client("olga")
    said = client.get("/readiness/?export=csv").content.decode("utf-8-sig").splitlines()
    assert said[0] == "city,country,cycle,state,agreed"
    assert said[1] == "Jakarta,Indonesia,2026,self assessment,"
    assert client.get("/readiness/?export=xlsx").status_code == 200
    assert client.get("/readiness/?q=nowhere").content.decode().count("No assessment is here") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(count, crowd, django_assert_num_queries):
    made = opened(crowd)
    for city in City.objects.exclude(slug="jakarta")[: count - 1]:
        Assessment.objects.create(city=city, cycle=2026, instrument=made.instrument)
    client = crowd.client("olga")
    with django_assert_num_queries(5):  # session, person, office, count, rows
        client.get("/readiness/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_experts_ask_as_often_for_three_as_for_one(count, crowd, django_assert_num_queries):
    for user in list(User.objects.all())[:count]:
        deciding.name_expert(user, city=None, by=crowd.olga)
    client = crowd.client("olga")
    with django_assert_num_queries(5):  # session, person, office, experts, cities of the form
        client.get("/readiness/experts/")


def test_a_csco_brings_a_new_person_into_the_team_who_gets_an_invitation(crowd):
    data = {
        "email": "New@Example.org",
        "passport_name": "Nguyễn Thị Ánh Tuyết",
        "role": "staff",
        "reason": "letter of 3 March",
    }
    client = crowd.client("alice")
    for _ in range(2):
        assert client.post("/cities/jakarta/team/", data).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert user.city_posts.count() == 1
    assert Notice.objects.filter(address="new@example.org").count() == 1
    assert "Nguyễn Thị Ánh Tuyết" in client.get("/cities/jakarta/team/").content.decode()
    post = user.city_posts.get()
    client.post(f"/cities/jakarta/team/{post.pk}/end/", {"reason": ""})
    assert user.city_posts.filter(until=None).exists()
    client.post(f"/cities/jakarta/team/{post.pk}/end/", {"reason": "moved"})
    assert not user.city_posts.filter(until=None).exists()


def test_staff_read_the_team_and_change_nothing(crowd):
    data = {"email": "x@example.org", "passport_name": "X", "role": "csco", "reason": "x"}
    assert crowd.client("bob").post("/cities/jakarta/team/", data).status_code == 403
    assert not User.objects.filter(email="x@example.org").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_a_team_asks_as_often_for_three_as_for_one(count, crowd, django_assert_num_queries):
    city = City.objects.get(slug="jakarta")
    city.team.exclude(user=crowd.alice).delete()
    for user in (crowd.bob, crowd.charlie)[: count - 1]:
        city.team.create(user=user, role="staff")
    client = crowd.client("alice")
    with django_assert_num_queries(9):  # session, person, city, office, rights, team, former, state
        client.get("/cities/jakarta/team/")


def test_the_office_names_and_ends_a_national_representative(crowd):
    state = City.objects.get(slug="jakarta").state
    client = crowd.client("olga")
    data = {"state": state.pk, "email": "nina@example.org", "passport_name": "Nina", "reason": "letter"}
    assert client.post("/representatives/", data).status_code == 302
    post = state.representatives.get()
    assert crowd.client(post.user).get("/cities/jakarta/team/").status_code == 200
    client.post("/representatives/", {"end": post.pk, "reason": "retired"})
    assert crowd.client(post.user).get("/cities/jakarta/team/").status_code == 403


def test_an_expert_of_the_own_city_does_not_verify_it(crowd):
    from factories_of_readiness import sent

    made = sent(crowd)
    deciding.name_expert(crowd.bob, city=None, by=crowd.olga)
    answered = crowd.client("bob").post(f"/readiness/{made.pk}/D1/", posted("5"))
    assert answered.status_code in {302, 403}
    assert not Answer.objects.filter(side="verified").exists()

"""Who may open what of selection. Rita reads for the round, Carla chairs it, Moe sits on the committee, Ria
runs the batch, Ana applied."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.selection.domain import new_draft, seat, share_out
from nagara.campus.selection.domain.releasing import release
from nagara.campus.selection.models import Assignment


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "selection_factories", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("rita", "carla", "moe", "ria", "ana")


def make(crowd) -> Made:
    factories = _load("factories")
    call = factories.make_call()
    names = [
        ("Ana Cruz", "manila"),
        ("Budi", "makassar"),
        ("Chai", "phuket"),
        ("Dung", "ha-noi"),
        ("Ei", "yangon"),
    ]
    applications = [factories.apply(call, name, city, sex="woman") for name, city in names]
    round_ = factories.make_round(
        call,
        by=crowd.olga,
        reserve=1,
        constraints=[{"kind": "at_least", "fact": "sex", "value": "woman", "amount": 50, "share": True}],
    )
    share_out(round_, by=crowd.olga)
    rita = round_.reviewers.first()
    moe, ria = factories.person("Moe"), factories.person("Ria")
    seat(round_, moe, role="member", by=crowd.olga)
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    give_role(call.batch, ria, "manager", by=crowd.olga)
    sheet = Assignment.objects.filter(reviewer=rita).first()
    other = factories.make_call("short-26")
    done = factories.make_round(other, by=crowd.olga, reviewers=2)
    late = factories.apply(other, "Ana Cruz", "manila")
    late.user = applications[0].user
    late.save()
    factories.score(done, late, 80, 82)
    released = new_draft(done, by=crowd.olga)
    release(released, by=crowd.olga, version=1)
    decided = factories.make_call("short-25")
    deciding = factories.make_round(decided, by=crowd.olga, reviewers=2)
    factories.score(deciding, factories.apply(decided, "Fay", "dili"), 70, 75)
    draft = new_draft(deciding, by=crowd.olga)
    for user, role in ((moe, "member"), (round_.committee.get(role="chair").user, "chair")):
        seat(deciding, user, role=role, by=crowd.olga)
    give_role(decided.batch, ria, "manager", by=crowd.olga)
    deciding.reviewers.create(user=rita.user)
    return Made(
        ids={
            "ROUND": round_.pk,
            "SHEET": sheet.pk,
            "DRAFT": draft.pk,
            "DECIDING": deciding.pk,
            "DONE": done.pk,
            "REFERENCE": late.reference,
        },
        people={
            "rita": rita.user,
            "carla": round_.committee.get(role="chair").user,
            "moe": moe,
            "ria": ria,
            "ana": applications[0].user,
        },
        data={
            "selection-change": {"reference": "none", "change": "in", "reason": "x", "version": "1"},
            "selection-release": {"version": "0"},
            "selection-step-back": {"reason": ""},
        },
        before={"selection-new-draft": lambda: None},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


R, D = {"pk": "ROUND"}, {"pk": "DRAFT"}
RUN = _who(404, olga=200, ria=200, rita=403, carla=403, moe=403)
SEE = _who(404, olga=200, ria=200, rita=403, carla=200, moe=200)
CASES = {
    "selection-rounds": ("GET", {}, _who(200)),
    "selection-new": ("GET", {}, _who(403, olga=200, ria=200)),
    "selection-round": ("GET", R, _who(404, olga=200, ria=200, rita=302, carla=200, moe=200)),
    "selection-settings": ("GET", R, RUN),
    "selection-people": ("GET", R, RUN),
    "selection-share": ("GET", R, RUN),
    "selection-board": ("GET", R, SEE),
    "selection-agreement": ("GET", R, SEE),
    "selection-reading": ("GET", R, _who(404, olga=403, ria=403, rita=200, carla=403, moe=403)),
    "selection-sheet": ("GET", {"pk": "SHEET"}, _who(404, rita=200)),
    "selection-step-back": ("POST", {"pk": "SHEET"}, _who(404, rita=400)),
    "selection-sheet-document": ("GET", {"pk": "SHEET", "kind": "cv"}, _who(404)),
    "selection-new-draft": (
        "POST",
        {"pk": "DECIDING"},
        _who(404, olga=302, ria=302, rita=403, carla=302, moe=302),
    ),
    "selection-draft": ("GET", D, SEE),
    "selection-change": ("POST", D, _who(404, olga=422, ria=422, rita=403, carla=422, moe=422)),
    "selection-terms": ("GET", D, SEE),
    "selection-difference": ("GET", D, SEE),
    "selection-letters": ("GET", D, SEE),
    "selection-release": ("POST", D, _who(404, olga=400, ria=400, rita=403, carla=400, moe=403)),
    "selection-minutes": ("GET", {**D, "ending": "xlsx"}, SEE),
    "selection-results": ("GET", {"pk": "DONE"}, _who(404, olga=200)),
    "selection-outcome": ("GET", {"reference": "REFERENCE"}, _who(404, ana=200)),
}
PAGES = [
    ("/selection/", "rita"),
    ("/selection/", "olga"),
    ("/selection/new/", "olga"),
    ("/selection/ROUND/", "olga"),
    ("/selection/ROUND/settings/", "olga"),
    ("/selection/ROUND/people/", "olga"),
    ("/selection/ROUND/readings/", "olga"),
    ("/selection/ROUND/board/", "carla"),
    ("/selection/DECIDING/agreement/", "carla"),
    ("/selection/ROUND/reading/", "rita"),
    ("/selection/sheets/SHEET/", "rita"),
    ("/selection/drafts/DRAFT/", "carla"),
    ("/selection/drafts/DRAFT/terms/", "carla"),
    ("/selection/drafts/DRAFT/difference/", "moe"),
    ("/selection/drafts/DRAFT/letters/", "carla"),
    ("/selection/DONE/results/", "olga"),
    ("/selection/outcome/REFERENCE/", "ana"),
]

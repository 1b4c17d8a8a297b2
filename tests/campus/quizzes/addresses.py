"""Who may open what of quizzes. Lena lectures in the batch, Otto observes it, Paul takes part, Wen withdrew."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.programmes.models import Enrolment
from nagara.campus.quizzes.domain import Part, start, submit
from nagara.campus.quizzes.models import Attempt, Extension, Quiz


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location("quizzes_factories", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("lena", "otto", "paul", "wen")
EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def make(crowd) -> Made:
    from django.utils import timezone

    factories = _load("factories")
    now = timezone.now()
    batch = factories.make_batch(people=1)
    lena, otto = factories.teacher(batch), factories.teacher(batch, "observer", "Otto")
    paul, wen = factories.enrol(batch, factories.person("Paul")), factories.person("Wen")
    Enrolment.objects.create(batch=batch, user=wen, state="withdrawn")
    bank = factories.make_bank()
    quiz = factories.make_quiz(batch, bank, attempts=None)
    attempt = start(quiz, paul, now=now)
    factories.fill(attempt)
    submit(attempt, now=now)
    draft = factories.make_quiz(batch, bank, state="draft", title="Draft", parts=[Part(bank)])
    running = factories.make_quiz(batch, bank, title="Running")
    open_ = start(running, paul, now=now)

    return Made(
        ids={
            "BATCH": batch.slug,
            "BANK": bank.slug,
            "ITEM": "single",
            "QUIZ": quiz.pk,
            "DRAFT": draft.pk,
            "ATTEMPT": attempt.pk,
            "OPEN": open_.pk,
        },
        people={"lena": lena, "otto": otto, "paul": paul, "wen": wen},
        data={
            "quiz-say": {"say": "close", "reason": "Done."},
            "quiz-retire-item": {"say": "retire", "reason": "Old."},
            "quiz-save": {},
        },
        before={
            "quiz-say": lambda: Quiz.objects.update(state="published"),
            "quiz-start": lambda: Attempt.objects.filter(submitted_at=None, quiz=quiz).delete(),
            "quiz-extend": Extension.objects.all().delete,
        },
    )


def _case(method, arguments, *answers):
    return method, arguments, dict(zip(EVERYBODY, answers, strict=True))


BANK, ITEM = {"slug": "BANK"}, {"slug": "BANK", "key": "ITEM"}
BATCH, QUIZ = {"slug": "BATCH"}, {"pk": "QUIZ"}
#                              nobody charlie bob alice olga lena otto paul wen
CASES = {
    "quiz-banks": _case("GET", {}, 302, 403, 403, 403, 200, 200, 403, 403, 403),
    "quiz-new-bank": _case("GET", {}, 302, 403, 403, 403, 200, 200, 403, 403, 403),
    "quiz-bank": _case("GET", BANK, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-edit-bank": _case("GET", BANK, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-import": _case("GET", BANK, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-bank-file": _case("GET", {**BANK, "ending": "yaml"}, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-new-item": _case("GET", BANK, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-item": _case("GET", ITEM, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-edit-item": _case("GET", ITEM, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "quiz-retire-item": _case("POST", ITEM, 302, 404, 404, 404, 302, 302, 404, 404, 404),
    "quiz-regrade": _case("GET", ITEM, 302, 404, 404, 404, 200, 200, 404, 404, 404),
    "batch-quizzes": _case("GET", BATCH, 302, 404, 404, 404, 200, 200, 200, 200, 404),
    "new-quiz": _case("GET", BATCH, 302, 404, 404, 404, 200, 200, 403, 403, 404),
    "quiz-stuck": _case("GET", BATCH, 302, 404, 404, 404, 200, 200, 200, 403, 404),
    "quiz-gain": _case("GET", BATCH, 302, 404, 404, 404, 200, 200, 200, 403, 404),
    "quiz": _case("GET", QUIZ, 302, 404, 404, 404, 200, 200, 200, 200, 404),
    "quiz-start": _case("POST", QUIZ, 302, 404, 404, 404, 403, 403, 403, 302, 404),
    "edit-quiz": _case("GET", QUIZ, 302, 404, 404, 404, 200, 200, 403, 403, 404),
    "quiz-questions": _case("GET", {"pk": "DRAFT"}, 302, 404, 404, 404, 200, 200, 403, 404, 404),
    "quiz-preview": _case("GET", QUIZ, 302, 404, 404, 404, 200, 200, 403, 403, 404),
    "quiz-say": _case("POST", QUIZ, 302, 404, 404, 404, 302, 302, 403, 403, 404),
    "quiz-extend": _case("GET", QUIZ, 302, 404, 404, 404, 200, 200, 403, 403, 404),
    "quiz-results": _case("GET", QUIZ, 302, 404, 404, 404, 200, 200, 200, 403, 404),
    "quiz-attempt": _case("GET", {"pk": "ATTEMPT"}, 302, 404, 404, 404, 200, 200, 404, 200, 404),
    "quiz-save": _case("POST", {"pk": "OPEN"}, 302, 404, 404, 404, 403, 403, 404, 200, 404),
}
PAGES = [
    ("/quizzes/banks/", "lena"),
    ("/quizzes/banks/BANK/", "lena"),
    ("/quizzes/banks/BANK/items/numeric/", "lena"),
    ("/quizzes/banks/BANK/items/numeric/edit/", "lena"),
    ("/batches/BATCH/quizzes/", "lena"),
    ("/batches/BATCH/quizzes/gain/", "lena"),
    ("/batches/BATCH/quizzes/stuck/", "otto"),
    ("/quizzes/QUIZ/", "paul"),
    ("/quizzes/QUIZ/results/", "lena"),
    ("/quizzes/DRAFT/questions/", "lena"),
    ("/quizzes/DRAFT/preview/", "lena"),
    ("/quizzes/attempts/ATTEMPT/", "paul"),
    ("/quizzes/attempts/OPEN/", "paul"),
]

"""Banks and their questions: lists, one question, editing with preview, files in and out, corrected keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.quizzes import forms
from nagara.campus.quizzes.domain import banks, exchange, regrading
from nagara.campus.quizzes.domain.checking import check
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.lines import from_lines, to_lines
from nagara.campus.quizzes.models import Answer, Bank, Item
from nagara.campus.quizzes.showing import previews, varies
from nagara.campus.quizzes.views.access import bank_for, item_for
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
SEEDS = ("1", "2", "3")
COLUMNS = (
    Column("question", "Short name", lambda i: i.key),
    Column("first_words", "Question", lambda i: i.title),
    Column("kind", "Kind", lambda i: KINDS[i.kind].title),
    Column("level", "Level", lambda i: i.level),
    Column("tags", "Tags", lambda i: ", ".join(i.tags)),
    Column("version", "Version", lambda i: i.newest.number if i.newest else None, "whole"),
    Column("answers", "Times asked", lambda i: i.asked, "whole"),
    Column("retired", "Not asked any more", lambda i: i.retired, "yes"),
)


def _works(request: SignedIn) -> None:
    if not may(request.user, "quizzes.edit_banks"):
        raise PermissionDenied("Banks hold keys: they are for the office and for those who teach now.")


@login_required
@require_safe
def bank_list(request: SignedIn) -> HttpResponse:
    """All banks."""
    _works(request)
    found = (
        Bank.objects.select_related("module")
        .annotate(questions=Count("items", filter=Q(items__retired=False)))
        .order_by("title")
    )
    return render(request, "quizzes/banks.html", {"page": paged(request, found)})


@login_required
@require_http_methods(PAGE)
def new_bank(request: SignedIn) -> HttpResponse:
    """A new bank."""
    _works(request)
    form = forms.BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = banks.create_bank(by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            return redirect("quiz-bank", made.slug)
    return render(request, "quizzes/edit_bank.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def bank(request: SignedIn, slug: str) -> HttpResponse:
    """The questions of a bank."""
    found = bank_for(request, slug)
    items = (
        found.items.select_related("newest", "bank").annotate(asked=Count("answers")).order_by("order", "pk")
    )
    form = forms.BankFilter(request.GET or None)
    if form.is_valid():
        q, kind, tag = (form.cleaned_data[n] for n in ("q", "kind", "tag"))
        items = items.filter(Q(title__icontains=q) | Q(key__icontains=q)) if q else items
        items = items.filter(kind=kind) if kind else items
        if tag:
            ids = [i.pk for i in items if tag in i.tags or tag == i.level]
            items = items.filter(pk__in=ids)
    sent = export(request, COLUMNS, items, f"bank-{slug}", f"A question of the bank {found}.")
    if sent is not None:
        return sent
    context = {"bank": found, "page": paged(request, items), "form": form, "endings": exchange.ENDINGS}
    return render(request, "quizzes/bank.html", context)


@login_required
@require_http_methods(PAGE)
def edit_bank(request: SignedIn, slug: str) -> HttpResponse:
    """Title and words about a bank."""
    found = bank_for(request, slug)
    form = forms.BankForm(request.POST or None, instance=Bank.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        banks.change_bank(found, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("quiz-bank", slug)
    context = {"form": form, "bank": found}
    return render(request, "quizzes/edit_bank.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def bank_file(request: SignedIn, slug: str, ending: str) -> HttpResponse:
    """The bank as a file."""
    found = bank_for(request, slug)
    if ending not in exchange.ENDINGS:
        raise Http404("Files end in yaml, json or csv.")
    data = exchange.write(found, ending)
    name = f'attachment; filename="bank-{slug}.{ending}"'
    return HttpResponse(data, content_type=exchange.ENDINGS[ending], headers={"Content-Disposition": name})


@login_required
@require_http_methods(PAGE)
def take_file(request: SignedIn, slug: str) -> HttpResponse:
    """Items from a file: first what it would do, then doing it."""
    found = bank_for(request, slug)
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    rows: list[exchange.Row] = []
    text = ""
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        data = sent.read(exchange.LARGEST + 1) if sent else form.cleaned_data["text"].encode()
        try:
            rows = exchange.read(data, found)
            if request.POST.get("say") == "take":
                counts = exchange.take(found, rows, by=request.user, note=form.cleaned_data["note"])
                said = ", ".join(f"{word}: {count}" for word, count in counts.items())
                messages.success(request, f"Taken. {said}.")
                return redirect("quiz-bank", slug)
            text = data.decode("utf-8-sig")
        except CityLabError as error:
            form.add_error(None, str(error))
    context = {"bank": found, "form": form, "rows": rows, "text": text, "note": request.POST.get("note", "")}
    return render(request, "quizzes/import.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def item(request: SignedIn, slug: str, key: str) -> HttpResponse:
    """A question: as several people would get it, its versions, what was asked."""
    found = item_for(request, slug, key)
    assert found.newest is not None
    asked_by = Answer.objects.filter(item=found, attempt__submitted_at__isnull=False)
    context = {
        "bank": found.bank,
        "item": found,
        "current": found.newest,
        "shown": previews(found.newest.body, SEEDS if varies(found.newest.body) else SEEDS[:1]),
        "versions": list(found.versions.select_related("made_by")),
        "asked": asked_by.count(),
        "old_key": asked_by.exclude(marked_by=found.newest).exists(),
        "regrades": list(found.regrades.select_related("by", "key")),
    }
    return render(request, "quizzes/item.html", context)


@login_required
@require_http_methods(PAGE)
def new_item(request: SignedIn, slug: str) -> HttpResponse:
    """The name and kind of a new question; then its form."""
    found = bank_for(request, slug)
    form = forms.NewItem(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, kind = form.cleaned_data["key"], form.cleaned_data["kind"]
        if Item.objects.filter(bank=found, key=key).exists():
            form.add_error("key", "This bank has a question of this name.")
        else:
            return redirect(f"{reverse('quiz-edit-item', args=[slug, key])}?kind={kind}")
    context = {"bank": found, "form": form, "here": "New question"}
    return render(request, "quizzes/new_item.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(PAGE)
def edit_item(request: SignedIn, slug: str, key: str) -> HttpResponse:
    """Write a question: look at it with several seeds, then keep it as the next version."""
    bank_ = bank_for(request, slug)
    found = Item.objects.filter(bank=bank_, key=key).select_related("newest").first()
    before: dict[str, Any] = found.newest.body if found and found.newest else {}
    kind = str(before.get("kind") or request.GET.get("kind", ""))
    if kind not in KINDS:
        raise Http404("There is no such question in this bank.")
    seen = found.newest.number if found and found.newest else 0
    form = forms.ItemForm(kind, request.POST or None, initial={**to_lines(before), "seen": seen})
    problems: list[Any] = []
    shown: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            body = from_lines(form.lines(), before)
            problems = check(body)
            if not problems and request.POST.get("say") == "keep":
                note, seen = form.cleaned_data["note"], form.cleaned_data["seen"]
                made = banks.save_item(bank_, key, body, by=request.user, note=note, seen=seen)
                messages.success(request, f"Kept as version {made.number}.")
                return redirect("quiz-item", slug, key)
            shown = [] if problems else previews(body, SEEDS if varies(body) else SEEDS[:1])
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    context = {
        "bank": bank_,
        "item": found,
        "key": key,
        "kind": kind,
        "form": form,
        "problems": problems,
        "shown": shown,
        "here": "Write" if found is None else "Change",
    }
    bad = bool(form.errors or problems)
    return render(request, "quizzes/edit_item.html", context, status=422 if bad else 200)


@login_required
@require_POST
def retire(request: SignedIn, slug: str, key: str) -> HttpResponse:
    """Ask a question no more, or again."""
    found = item_for(request, slug, key)
    retired = request.POST.get("say") != "take-back"
    try:
        banks.retire_item(found, retired=retired, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, "It is not asked any more." if retired else "It can be asked again.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("quiz-item", slug, key)


@login_required
@require_http_methods(PAGE)
def regrade(request: SignedIn, slug: str, key: str) -> HttpResponse:
    """Mark the answers anew by the newest key: first whose marks change, then doing it."""
    found = item_for(request, slug, key)
    assert found.newest is not None
    if request.method == "POST":
        try:
            made = regrading.regrade(
                found, found.newest, by=request.user, reason=request.POST.get("reason", "")
            )
        except CityLabError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, f"Answers with other marks now: {len(made.changes)}. The people are told."
            )
            return redirect("quiz-item", slug, key)
    changes = regrading.differences(found, found.newest)
    context = {"bank": found.bank, "item": found, "changes": changes, "here": "Mark anew"}
    return render(request, "quizzes/regrade.html", context)

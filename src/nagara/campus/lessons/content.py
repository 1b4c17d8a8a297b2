"""The open curriculum as the pages ask for it: modules by their code, a lesson and its neighbours."""

from __future__ import annotations

from django.http import Http404

from nagara.citylab.lessons import Lesson, Module, modules


def open_modules() -> dict[str, Module]:
    """Modules that have lessons, by code."""
    return modules()


def module_for(code: str) -> Module:
    """A module by its code, in small or capital letters. Raises Http404."""
    found = open_modules().get(code.upper())
    if found is None:
        raise Http404("There is no such module in the open curriculum.")
    return found


def lesson_for(code: str, slug: str) -> tuple[Module, Lesson]:
    """A lesson of a module. Raises Http404."""
    module = module_for(code)
    lesson = module.lesson(slug)
    if lesson is None:
        raise Http404(f"Module {module.code} has no such lesson.")
    return module, lesson


def neighbours(module: Module, lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after."""
    at = module.lessons.index(lesson)
    before = module.lessons[at - 1] if at else None
    return before, module.lessons[at + 1] if at + 1 < len(module.lessons) else None

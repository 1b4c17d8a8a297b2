"""The open curriculum as data: modules and their lessons are read, computed on a city, and checked.

`python -m nagara.citylab.lessons m05 --city demo` checks a module and computes its examples.
"""

from nagara.citylab.lessons.reading import (
    VARIANTS,
    BadLesson,
    Citation,
    Example,
    Lesson,
    Module,
    Need,
    Text,
    folders,
    modules,
    read_lesson,
    read_module,
)

__all__ = [
    "VARIANTS",
    "BadLesson",
    "Citation",
    "Example",
    "Lesson",
    "Module",
    "Need",
    "Text",
    "folders",
    "modules",
    "read_lesson",
    "read_module",
]

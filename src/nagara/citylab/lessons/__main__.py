"""`python -m nagara.citylab.lessons m05 [--city demo ...] [--lesson headway] [--quiet]`: check a module."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nagara.citylab import open_lake
from nagara.citylab.errors import CityLabError
from nagara.citylab.lessons import checking
from nagara.citylab.lessons.computing import Computed, compute, fill, text_of
from nagara.citylab.lessons.reading import VARIANTS, Lesson, Module, Text, folders, read_module


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    """Print every problem, then the results; the exit code says whether there are problems."""
    parser = argparse.ArgumentParser(prog="python -m nagara.citylab.lessons", description=__doc__)
    parser.add_argument("module", help="folder name of a module (m05), or a path to one")
    parser.add_argument("--city", action="append", help="compute on this city (repeat for more)")
    parser.add_argument("--lesson", help="only this lesson")
    parser.add_argument("--quiet", action="store_true", help="problems only")
    parser.add_argument("--text", choices=VARIANTS, help="print the filled text of a variant")
    given = parser.parse_args()
    try:
        read = _module(given.module)
        others = _others()
    except CityLabError as error:
        _say(error)
        return 1
    chosen = [one for one in read.lessons if given.lesson in {None, one.slug}]
    problems = checking.module(read, others)
    if given.lesson:
        problems = [p for p in problems if p.where.startswith(f"{read.key}/{given.lesson}")]
    for one in chosen:
        counts = ", ".join(f"{variant} {checking.words_of(one, variant)}" for variant in VARIANTS)
        _say(f"{read.key}/{one.slug}: {one.title} - words: {counts}; examples: {len(one.examples)}")
    for city_id in given.city or ():
        problems += _on(city_id, read, chosen, given)
    for problem in problems:
        _say(f"PROBLEM {problem}")
    _say(f"{len(problems)} problems")
    return 1 if problems else 0


def _module(name: str) -> Module:
    paths = [Path(name), *(folder / "modules" / name for folder in folders())]
    for path in reversed(paths):
        if (path / "module.toml").exists():
            return read_module(path)
    raise CityLabError(f"there is no module {name}", mend="Looked in " + ", ".join(map(str, paths)))


def _others() -> dict[str, Module]:
    """The modules that can be read: another's unfinished one shall not stop this check."""
    found: dict[str, Module] = {}
    for folder in folders():
        for path in sorted(folder.glob("modules/*/module.toml")):
            try:
                module = read_module(path.parent)
            except CityLabError as error:
                _say(f"(left out: {error})")
            else:
                found[module.code] = module
    return found


def _on(
    city_id: str, read: Module, chosen: list[Lesson], given: argparse.Namespace
) -> list[checking.Problem]:
    snapshot = open_lake().city(city_id).newest()
    problems = []
    for one in chosen:
        where = f"{read.key}/{one.slug}"
        computed = compute(one, snapshot)
        for lack in computed.lacks:
            _say(f"{where} on {city_id}: {lack}")
        problems += checking.examples(one, computed, where)
        if not given.quiet:
            _show(where, computed)
        if given.text:
            for piece in one.for_variant(given.text):
                _say(fill(piece.markdown, computed) if isinstance(piece, Text) else f"[{piece.name}]")
    return problems


def _show(where: str, computed: Computed) -> None:
    for name, worked in computed.worked.items():
        size = f", figure {len(worked.svg) // 1024} kB" if worked.svg else ""
        _say(f"\n{where}/{name} on {computed.city_id}: {worked.row_count} rows, {worked.seconds:.2f} s{size}")
        if worked.columns:
            _say("  " + " | ".join(column for column, _ in worked.columns))
        kinds = [kind for _, kind in worked.columns]
        for row in worked.rows:
            _say("  " + " | ".join(text_of(v, k, None, computed.tz) for v, k in zip(row, kinds, strict=True)))
    for source in computed.sources:
        _say(f"  source: {source.title} ({source.licence}; {source.nature})")


if __name__ == "__main__":
    sys.exit(main())

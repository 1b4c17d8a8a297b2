"""`nagara ...`: the whole product from a terminal.

Exit codes: 0 done; 1 refused or failed, with what to do; 2 wrong use of the command; 3 done in part
(something in the files was refused, the rest was kept).
"""

from __future__ import annotations

import os
import sys
from importlib.abc import MetaPathFinder
from typing import NoReturn

import typer

from nagara import __version__
from nagara.citylab.errors import CityLabError
from nagara.cli import cities, imports, labs, lakes, results, site
from nagara.cli.printing import fail

app = typer.Typer(
    name="nagara",
    help="Train the people who plan and run cities, on their own city's data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"nagara {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version."
    ),
) -> None:
    """Train the people who plan and run cities, on their own city's data."""


cities.register(app)
imports.register(app)
results.register(app)
lakes.register(app)
labs.register(app)
site.register(app)


class _WithoutPandas(MetaPathFinder):
    """Says that there is no pandas."""

    def find_spec(self, fullname: str, *_where: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("nagara runs without pandas", name=fullname)


def without_pandas() -> None:
    """Keep Arrow from loading pandas where it is installed: no command uses it, and it takes a second.

    Arrow does so at the first list made into a column, to see whether it is a Series. Spark needs it.
    """
    if not os.environ.get("NAGARA_ENGINE", "").startswith("spark"):
        sys.meta_path.insert(0, _WithoutPandas())


def main() -> NoReturn:
    """Run a command; errors for people become one line and an exit code, never a traceback."""
    without_pandas()
    try:
        app()
    except CityLabError as error:
        fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)

"""Advice in the tongue of the page: the City Lab speaks of options of the command line, a form has fields.

The City Lab knows nothing of the site, so its advice is put into the form's words here, at the edge.
`tests/campus/lab/test_tongue.py` holds that no option of the command line gets past.
"""

from __future__ import annotations

import re

_NAMES = "under Names to confirm"
_SAYINGS = [
    (r"Write them to a file \(--proposals\), confirm each, give it back \(--accept-matches\)",
     f"Answer each {_NAMES}"),
    (r"(?:with --accept-matches|\(--accept-matches\))", _NAMES),
    (r"Say (?:it|which) with --kind \(perhaps ([^)]*)\), or give a mapping file with --map",
     r"Choose under What they are (perhaps \1), or give a mapping file"),
    (r"Say (?:it|which) with --kind", "Choose under What they are"),
    (r"Say it with --nature", "Choose under How the data came about"),
    (r"Say it with --licence", "Fill in the field Licence"),
    (r"Name it with --source NAME", "Give it a title"),
    (r"Save this as map\.toml, answer every \?, and give it with --map",
     "Put this into the mapping, answer every ?, and have the files examined again"),
    (r"give it with --map", "give it as the mapping"),
    (r"say why they must stay with --accept-personal REASON", "say below why they must stay"),
    (r"Give --param (\w+)=(\S+)", r"Set \1 to \2"),
    (r"--param (\w+)=(\S+)", r"\1 set to \2"),
    (r"See `nagara runs CITY`", "See the list of runs"),
    (r"Run a recipe: nagara run RECIPE \S+", "Run a recipe."),
    (r"Run `nagara check` and restore the folder from a backup",
     "The office can check the data and restore them from a backup"),
    (r"Add the city with `nagara add-city`, which gives it one", "Ask the office to add the city"),
]  # fmt: skip
_RULES = [(re.compile(pattern), said) for pattern, said in _SAYINGS]


def on_the_page(text: str) -> str:
    """The same advice in the words of the web form."""
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text

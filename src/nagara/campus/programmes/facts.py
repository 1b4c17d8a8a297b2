"""The fact port: what is known about a person in a batch. Rooms above provide; rules ask.

A provider is a function of (batch, user), registered with its name, unit and meaning:

    @provides("attendance.minutes_share", unit="1", meaning="minutes present / minutes planned")
    def _share(batch, user) -> Fact | float | None: ...

It returns a value, a whole Fact (to give period and evidence), or None where it does not know. A fact that
nobody provides, or that its provider does not know, is unknown with the reason: never 0, never false.

A provider that can answer for many people in a fixed number of queries is registered instead with

    @provides_many("attendance.minutes_share", unit="1", meaning="...")
    def _shares(batch, users) -> Mapping[int, Fact | float | None]: ...     (keys: primary keys of users)

and serves both `facts_about` and `facts_about_many`. Facts that are worked out together are registered
together:

    @provides_together({"degree.credits": ("credits", "..."), "degree.gpa": ("", "...")})
    def _record(batch, users) -> Mapping[int, Mapping[str, Fact | float | None]]: ...   (by user, by name)

which is asked once for all of its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nagara.campus.programmes.models import Batch


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known (or not: `value` None, `reason` says why). `unit` is a UCUM code, "1" for a share."""

    name: str
    value: Any
    unit: str = ""
    period: str = ""
    evidence: str = ""
    reason: str = ""

    @property
    def known(self) -> bool:
        return self.value is not None


Provider = Callable[[Batch, Any], Any]
ManyProvider = Callable[[Batch, Sequence[Any]], Mapping[int, Any]]
TogetherProvider = Callable[[Batch, Sequence[Any]], Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Provided:
    """An entry of the registry."""

    name: str
    unit: str
    meaning: str
    ask: Provider
    ask_many: ManyProvider | None = None
    ask_together: TogetherProvider | None = None


_providers: dict[str, Provided] = {}


def provides(name: str, *, unit: str = "", meaning: str) -> Callable[[Provider], Provider]:
    """Register a provider. The last one to register a name wins: a room above may know better."""

    def keep(ask: Provider) -> Provider:
        _providers[name] = Provided(name, unit, meaning, ask)
        return ask

    return keep


def provides_many(name: str, *, unit: str = "", meaning: str) -> Callable[[ManyProvider], ManyProvider]:
    """Register a provider that answers for many people at once: {primary key of the user: what is known}."""

    def keep(ask_many: ManyProvider) -> ManyProvider:
        def ask(batch: Batch, user: Any) -> Any:
            return ask_many(batch, [user]).get(user.pk)

        _providers[name] = Provided(name, unit, meaning, ask, ask_many)
        return ask_many

    return keep


def provides_together(
    names: Mapping[str, tuple[str, str]],
) -> Callable[[TogetherProvider], TogetherProvider]:
    """Register one provider of several facts: {name: (unit, meaning)}. It answers for many people and all
    names at once: {primary key of the user: {name: what is known}}."""

    def keep(ask_together: TogetherProvider) -> TogetherProvider:
        def one(name: str) -> Provided:
            def ask_many(batch: Batch, users: Sequence[Any]) -> Mapping[int, Any]:
                return {pk: known.get(name) for pk, known in ask_together(batch, users).items()}

            def ask(batch: Batch, user: Any) -> Any:
                return ask_many(batch, [user]).get(user.pk)

            return Provided(name, *names[name], ask, ask_many, ask_together)

        for name in names:
            _providers[name] = one(name)
        return ask_together

    return keep


def catalogue() -> dict[str, Provided]:
    """Facts that somebody provides, by name."""
    return dict(sorted(_providers.items()))


def unknown(name: str, reason: str) -> Fact:
    return Fact(name, None, reason=reason)


def facts_about(batch: Batch, user: Any, names: Iterable[str] | None = None) -> dict[str, Fact]:
    """Facts about `user` in `batch` by name: those in `names`, else all that are provided.

    A provider that fails leaves its fact unknown, with the error as the reason: one broken room must not
    hide what the others know.
    """
    wanted = list(names) if names is not None else list(_providers)
    joint = [n for n in wanted if n in _providers and _providers[n].ask_together is not None]
    found = facts_about_many(batch, [user], joint)[user.pk] if joint else {}
    return {name: found[name] if name in found else _ask(name, batch, user) for name in wanted}


def facts_about_many(
    batch: Batch, users: Sequence[Any], names: Iterable[str] | None = None
) -> dict[int, dict[str, Fact]]:
    """Facts about each of `users` (by primary key), as `facts_about` gives them, with as few questions to
    the database as the providers allow."""
    wanted = list(names) if names is not None else list(_providers)
    found: dict[int, dict[str, Fact]] = {user.pk: {} for user in users}
    asked: dict[TogetherProvider, Mapping[int, Mapping[str, Any]] | Exception] = {}
    for name in wanted:
        provider = _providers.get(name)
        if provider is None or provider.ask_many is None:
            for user in users:
                found[user.pk][name] = _ask(name, batch, user)
            continue
        try:
            got = _many(provider, batch, users, asked)
        except Exception as error:  # any failure of a room above is its own
            failed = _failed(name, error)
            for user in users:
                found[user.pk][name] = failed
            continue
        for user in users:
            found[user.pk][name] = _fact(name, provider, got.get(user.pk))
    return found


def _many(
    provider: Provided,
    batch: Batch,
    users: Sequence[Any],
    asked: dict[TogetherProvider, Mapping[int, Mapping[str, Any]] | Exception],
) -> Mapping[int, Any]:
    """What a provider of many knows; one of several facts is asked once, and fails once."""
    together = provider.ask_together
    if together is None:
        assert provider.ask_many is not None
        return provider.ask_many(batch, users)
    if together not in asked:
        try:
            asked[together] = together(batch, users)
        except Exception as error:  # kept for its other facts
            asked[together] = error
    known = asked[together]
    if isinstance(known, Exception):
        raise known
    return {pk: facts.get(provider.name) for pk, facts in known.items()}


def _ask(name: str, batch: Batch, user: Any) -> Fact:
    provider = _providers.get(name)
    if provider is None:
        return unknown(name, "no part of this site records it yet")
    try:
        got = provider.ask(batch, user)
    except Exception as error:  # any failure of a room above is its own
        return _failed(name, error)
    return _fact(name, provider, got)


def _failed(name: str, error: Exception) -> Fact:
    return unknown(name, f"it could not be worked out: {type(error).__name__}")


def _fact(name: str, provider: Provided, got: Any) -> Fact:
    """What a provider gave, as a fact."""
    if isinstance(got, Fact):
        return replace(got, name=name, unit=got.unit or provider.unit)
    if got is None:
        return unknown(name, "it is not recorded for this person yet")
    return Fact(name, got, unit=provider.unit)

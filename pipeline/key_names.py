"""What the keys in frames are called in Swedish, so that a notebook's tables and pictures show names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from pipeline.action_wording import STATE_WORDS as ACTION_STATES
from pipeline.ledger import ANSWER_WORDS
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.outbox import STATE_WORDS as LETTER_STATES
from pipeline.served import Files
from pipeline.settings import load_settings
from pipeline.terminal import STATE_WORDS as SOURCE_STATES
from store.errors import ConfigurationError

__all__ = ["actions", "answers", "languages", "letters", "places", "sources", "states", "units"]

_LANGUAGES = {"sv": "svenska", "en": "engelska", "fr": "franska", "de": "tyska", "da": "danska", "no": "norska",
              "fi": "finska", "es": "spanska", "it": "italienska", "nl": "nederländska", "pl": "polska",
              "": "okänt"}  # fmt: skip


def units(municipalities: Iterable[Any], keys: Iterable[Any]) -> list[str]:
    """Return the names of units; a key may hold several, with spaces between, as a letter's does."""
    return [_units(_text(place), _text(key)) for place, key in zip(municipalities, keys, strict=True)]


def places(keys: Iterable[Any]) -> list[str]:
    """Return the short names of municipalities; one without a file in the installation is told by its key."""
    return [_served()[_text(key)].short if _text(key) in _served() else _text(key) for key in keys]


def sources(keys: Iterable[Any]) -> list[str]:
    """Return the titles of sources."""
    return [_titles().get(_text(key), _text(key)) for key in keys]


def letters(keys: Iterable[Any]) -> list[str]:
    """Return the states of letters in words."""
    return _in_words({state.value: words for state, words in LETTER_STATES.items()}, keys)


def states(keys: Iterable[Any]) -> list[str]:
    """Return the states of sources in words."""
    return _in_words({state.value: words for state, words in SOURCE_STATES.items()}, keys)


def actions(keys: Iterable[Any]) -> list[str]:
    """Return the states of actions in words."""
    return _in_words(ACTION_STATES, keys)


def answers(keys: Iterable[Any]) -> list[str]:
    """Return the answers of contact persons in words; none is "inget svar"."""
    return _in_words({answer.value: words for answer, words in ANSWER_WORDS.items()} | {"": "inget svar"}, keys)


def languages(keys: Iterable[Any]) -> list[str]:
    """Return the names of languages."""
    return _in_words(_LANGUAGES, keys)


def _in_words(words: Any, keys: Iterable[Any]) -> list[str]:
    return [words.get(_text(key), _text(key)) for key in keys]


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _units(place: str, keys: str) -> str:
    served = _served().get(place)
    return ", ".join(_unit(served, key) for key in keys.split()) or "–"


def _unit(served: Municipality | None, key: str) -> str:
    if key == COORDINATOR:
        return "Samordnaren"
    return served.units[key].name if served and key in served.units else key


@cache
def _served() -> dict[str, Municipality]:
    try:
        found: Sequence[Municipality] = Files().served(load_settings()).municipalities
    except ConfigurationError:  # a database alone, without its installation's folder: keys are all there is
        return {}
    return {one.key: one for one in found}


@cache
def _titles() -> dict[str, str]:
    from crawlers.catalogue import facts  # imported here: it takes Scrapy, and most notebooks do not ask

    return {source.name: source.title.split(": ")[0] for source in facts()}

"""The page's words for translation: taken out of code and templates, kept in `.po`, made into `.mo`.

`python -m web.catalogue` brings every language up to date and names what lacks a translation (`make words`).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pipeline.areas import area_names
from pipeline.item_view import RULING_WORDS
from pipeline.outbox import STATE_WORDS
from pipeline.terminal import KIND_WORDS
from pipeline.triage_list import ORDER_WORDS, TAB_WORDS
from web.language import DEFAULT, LANGUAGES, TRANSLATIONS

WEB = Path(__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
WIDTH = 120
_MADE = datetime(2026, 11, 24, tzinfo=UTC)  # fixed, so that nothing but words makes a difference
Words = str | tuple[str, str]


@cache
def taken_out() -> frozenset[Words]:
    """Return every text that is shown in the reader's language; of one that depends on a number, both forms."""
    with (WEB / "babel.ini").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(WEB, method_map=methods, options_map=options, keywords=KEYWORDS)
    texts = (text for _, _, text, _, _ in found)
    return frozenset(_whole(text) for text in texts if text) | frozenset(elsewhere())


def _whole(text: str | tuple[str, ...]) -> Words:
    return text if isinstance(text, str) else (text[0], text[1])


def elsewhere() -> Iterator[str]:
    """Yield the words of the pipeline that the page shows through `_`."""
    for words in (RULING_WORDS, STATE_WORDS, KIND_WORDS, TAB_WORDS, ORDER_WORDS):
        yield from words.values()
    yield from area_names().values()


def path_of(language: str, suffix: str = ".po") -> Path:
    """Return where the words of a language are."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"messages{suffix}"


def read(language: str) -> Catalog:
    """Return the words of a language, none when it has no file yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(catalogue: Catalog) -> Catalog:
    """Return the catalogue with exactly the page's words: what is new without translation, what is gone left out."""
    fresh = Catalog(
        locale=catalogue.locale,
        header_comment="# The page's words. Brought up to date by `make words`.",
        project="Utkik",
        version="0",
        msgid_bugs_address="none",
        last_translator="none",
        language_team="none",
        creation_date=_MADE,
        revision_date=_MADE,
        fuzzy=False,
    )
    for words in sorted(taken_out(), key=lambda words: words if isinstance(words, str) else words[0]):
        known = catalogue.get(words if isinstance(words, str) else words[0])
        fresh.add(words, string=known.string if known and known.id == words else None)
    return fresh


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the texts that the catalogue lacks, or that are only guessed."""
    return [_named(text.id) for text in catalogue if text.id and (text.fuzzy or not all(forms(text.string)))]


def forms(string: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the forms of a translation, one of them empty when there is none."""
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)


def _named(words: object) -> str:
    return words if isinstance(words, str) else str(words[0]) if isinstance(words, tuple | list) else ""


def compiled(catalogue: Catalog) -> bytes:
    """Return what the page reads."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> int:
    """Bring every language up to date; 1 when something lacks a translation."""
    lacking = 0
    for language in LANGUAGES:
        if language == DEFAULT:
            continue
        catalogue = brought_up_to_date(read(language))
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=WIDTH, no_location=True, omit_header=False, sort_output=True)
        path_of(language, ".mo").write_bytes(compiled(catalogue))
        for text in untranslated(catalogue):
            lacking += 1
            sys.stdout.write(f"{language}: {text}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())

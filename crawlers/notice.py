"""CELLAR's branch notice: all that is known of a document, in every language, as XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from crawlers.dates import parse_day
from crawlers.text import plain_title
from store.errors import ChangedSource
from store.types import Concept, Deadline, Reference

_LONGEST_TITLE = 4_000
_LANGUAGES = {"sv": "SWE", "en": "ENG"}
_FAR = date(2100, 1, 1)  # CELLAR writes 9999-12-31 for "until further notice" and 1001-01-01 for "not known"
_LONG_AGO = date(1950, 1, 1)
_PROCEDURE = re.compile(r"^(\d{4}/\d+)/([A-Z]+)$")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says of its document."""

    title: str
    language: str  # of the title
    concepts: tuple[Concept, ...]
    deadlines: tuple[Deadline, ...]
    references: tuple[Reference, ...]
    dates: dict[str, str]


def read_notice(body: bytes, celex: str, *, source: str, part: str) -> Notice:
    """Return what the notice says; raises ChangedSource when it is none, or that of another document."""
    # No entities, no network, no document type: the notice needs none of them.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ChangedSource(f"no XML but {body[:80]!r}", source=source, part=part) from error
    work = root.find("WORK")
    if root.tag != "NOTICE" or work is None:
        raise ChangedSource(f"no notice of a work but {root.tag!r}", source=source, part=part)
    named = set(_texts(work, "RESOURCE_LEGAL_ID_CELEX/VALUE")) | set(_texts(work, "ID_CELEX/VALUE"))
    if celex not in named:
        raise ChangedSource(f"asked for {celex}, got the notice of {sorted(named)}", source=source, part=part)
    language, title = _title(root)
    return Notice(
        title=title,
        language=language,
        concepts=tuple(_concepts(root, work)),
        deadlines=tuple(Deadline(day, "transposition") for day in _days(work, "RESOURCE_LEGAL_DATE_TRANSPOSITION")),
        references=tuple(dict.fromkeys(_references(root))),
        dates={
            name: days[0].isoformat()
            for name, tag in (("document", "WORK_DATE_DOCUMENT"), ("in_force", "RESOURCE_LEGAL_DATE_ENTRY-INTO-FORCE"))
            if (days := _days(work, tag))
        },
    )


def _title(root: etree._Element) -> tuple[str, str]:
    for language, code in _LANGUAGES.items():
        titles = [
            plain_title(text, _LONGEST_TITLE)
            for expression in root.iter("EXPRESSION")
            if code in _texts(expression, "EXPRESSION_USES_LANGUAGE/IDENTIFIER")
            for text in _texts(expression, "EXPRESSION_TITLE/VALUE")
        ]
        if title := max(titles, key=len, default=""):
            return language, title
    return "", ""


def _concepts(root: etree._Element, work: etree._Element) -> Iterator[Concept]:
    """Yield the EuroVoc concepts, under the names that the Swedish branch gives them where it does."""
    swedish = {
        number: label
        for branch in root.iter("EMBEDDED_NOTICE")
        if "SWE" in _texts(branch, "EXPRESSION/EXPRESSION_USES_LANGUAGE/IDENTIFIER")
        for number, label in _labels(branch)
    }
    for number, label in dict(_labels(work, ".//")).items():
        yield Concept("eurovoc", number, swedish.get(number, label))


def _labels(element: etree._Element, way: str = "WORK/") -> Iterator[tuple[str, str]]:
    for concept in element.findall(f"{way}WORK_IS_ABOUT_CONCEPT_EUROVOC/WORK_IS_ABOUT_CONCEPT_EUROVOC_CONCEPT"):
        for number in _texts(concept, "IDENTIFIER"):
            yield number, plain_title(next(iter(_texts(concept, "PREFLABEL")), ""))


def _references(root: etree._Element) -> Iterator[Reference]:
    for element in root.iter("PROCEDURE_CODE_INTERINSTITUTIONAL_REFERENCE_PROCEDURE"):
        for value in _texts(element, "VALUE"):
            yield Reference("procedure", _PROCEDURE.sub(r"\1(\2)", value), "mentions")


def _days(work: etree._Element, tag: str) -> list[date]:
    days = {parse_day(text) for text in _texts(work, f"{tag}/VALUE")}
    return sorted(day for day in days if day is not None and _LONG_AGO < day < _FAR)


def _texts(element: etree._Element, path: str) -> list[str]:
    return [text.strip() for found in element.findall(path) if (text := found.text) and text.strip()]

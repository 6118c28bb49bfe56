"""Documents and procedures of the Parliament's Open Data API, and the items they become."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crawlers.answers import BadRecord, Reader, Record, inner, lost_fields, texts
from crawlers.dates import parse_day
from crawlers.references import find_references
from crawlers.text import plain_title
from store.types import Concept, Item, Kind, Reference

DOCUMENT = ("identifier", "document_date", "title_dcterms", "work_type", "is_about")
PROCEDURE = ("process_id", "process_title", "label", "current_stage", "consists_of")
STAGES = {
    "RDG1": "första behandlingen",
    "RDG2": "andra behandlingen",
    "RDG3": "tredje behandlingen",
    "CONC": "förlikning",
}
_TEXT = re.compile(r"TA-\d+-\d{4}-\d{4}")
_PROCEDURE = re.compile(r"\b(\d{4})[-/](\d{4}[A-Z]?)(?:\([A-Z]{2,4}\))?")
_TYPED = re.compile(r"\b(\d{4}/\d{4}[A-Z]?\([A-Z]{2,4}\))")
_LONGEST_TITLE = 1_000


def text_ids(rows: Sequence[Record], reader: Reader) -> list[str]:
    """Return the names of adopted texts in a list, without corrigenda and annexes, which have longer names."""
    ids = [last(row.get("id") or row.get("identifier")) for row in rows]
    found = [name for name in ids if _TEXT.match(name)]
    if rows and len(found) * 2 < len(rows):
        raise reader.changed(f"names of texts expected, got {str(rows[0])[:80]}")
    return list(dict.fromkeys(name for name in found if _TEXT.fullmatch(name)))


def procedure_id(name: str) -> str:
    """Return the API's name of a procedure, "2025-0260" for "2025/0260(COD)"; "" when it is none."""
    found = _PROCEDURE.fullmatch(name.strip())
    return "-".join(found.groups()) if found else ""


def document_item(record: Record, source: str, publisher: str) -> Item:
    """Return the item of an adopted text; Parliament's position is a step towards law, not law."""
    name = last(record.get("identifier") or record.get("id"))
    if not _TEXT.fullmatch(name):
        raise BadRecord(f"identifier is {record.get('identifier')!r}", name)
    day = parse_day(record.get("document_date"))
    if day is None:
        raise BadRecord(f"document_date is {record.get('document_date')!r}", name)
    title, language = title_of(record, "title_dcterms")
    if not title:
        raise BadRecord("no title in title_dcterms", name)
    english = title_of(record, "title_dcterms", "en")[0]
    return Item(
        source=source,
        key=name,
        kind=Kind.PROPOSAL,
        title=title,
        url=f"https://www.europarl.europa.eu/doceo/document/{name}_SV.html",
        language=language,
        published=day,
        publisher=publisher,
        concepts=tuple(Concept("eurovoc", last(uri)) for uri in texts(record.get("is_about"))),
        references=references(record, f"{title}\n{english}"),
        meta=without_empty(
            type=last(record.get("work_type")),
            label=next(iter(texts([record.get("notation_publicRegister"), record.get("label")])), ""),
            title_en=english if language == "sv" else "",
        ),
    )


def references(record: Record, words: str) -> tuple[Reference, ...]:
    """Return what a text names: the procedures it belongs to, with their type where its title tells it."""
    typed = {procedure_id(name): name for name in _TYPED.findall(words)}
    ids = [last(uri) for uri in texts(record.get("inverse_created_a_realization_of")) if "/proc/" in uri]
    names = [typed.pop(number, number.replace("-", "/")) for number in ids] + list(typed.values())
    found = [Reference("procedure", name) for name in names]
    return tuple(dict.fromkeys([*found, *find_references(words)]))


def procedure_item(record: Record, source: str, publisher: str) -> Item:
    """Return the item of a procedure: its title, stage, and latest event that has taken place."""
    number = str(record.get("process_id") or "")
    if not procedure_id(number):
        raise BadRecord(f"process_id is {record.get('process_id')!r}", number)
    title, language = title_of(record, "process_title")
    if not title:
        raise BadRecord("no title in process_title", number)
    label, stage = next(iter(texts(record.get("label"))), ""), last(record.get("current_stage"))
    events = inner([record], "consists_of")
    days = [
        (day, last(event.get("had_activity_type")))
        for event in events
        if (day := parse_day(event.get("activity_date")))
    ]
    latest = max(days, default=None)
    told = [f"Skede: {STAGES.get(stage, stage)}." if stage else "", f"Förfarande {label}." if label else ""]
    return Item(
        source=source,
        key=number,
        kind=Kind.PROPOSAL,
        title=title,
        url=f"https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference={label}",
        text=" ".join(filter(None, told)),
        language=language,
        published=latest[0] if latest else None,
        publisher=publisher,
        references=(Reference("procedure", label or number.replace("-", "/")),),
        meta=without_empty(
            stage=stage, latest_event=latest[1] if latest else "", type=last(record.get("process_type"))
        ),
    )


def lost_in(records: Sequence[Record], *, procedures: bool) -> list[str]:
    """Return the fields that no document or procedure carries any more."""
    if not procedures:
        return lost_fields(records, DOCUMENT)
    return lost_fields(records, PROCEDURE) + lost_fields(
        inner(records, "consists_of"), ("activity_date", "had_activity_type")
    )


def title_of(record: Record, name: str, first: str = "sv") -> tuple[str, str]:
    """Return the title in the language wanted first, else in English, else in any, and its language."""
    titles = record.get(name)
    given = {k: v for k, v in titles.items() if isinstance(v, str) and v.strip()} if isinstance(titles, dict) else {}
    for language in (first, "en", *sorted(given)):
        if language in given:
            return plain_title(given[language], _LONGEST_TITLE), language
    return "", ""


def last(uri: Any) -> str:
    """Return the last part of a name like "eli/dl/doc/TA-10-2026-0197"."""
    return uri.rstrip("/").rsplit("/", 1)[-1] if isinstance(uri, str) else ""


def without_empty(**values: str) -> dict[str, str]:
    """Return the values that say something."""
    return {name: value for name, value in values.items() if value}

"""What becomes of one application round of Vinnova's open data, joined to its call and its programme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urljoin

from crawlers.answers import Reader, Record, text_of
from crawlers.dates import STOCKHOLM, parse_moment
from crawlers.links import clean_link
from crawlers.text import plain_text, plain_title
from store.errors import ChangedSource
from store.types import Concept, Deadline, Item, Kind, Reference

SOURCE, PUBLISHER = "vinnova", "Vinnova"
API = "https://data.vinnova.se"
NONE_YEAR = 1900  # 1 January 1900 stands for no date
NUMBER, CALL, PROGRAMME = "Diarienummer", "DiarienummerUtlysning", "DiarienummerProgram"
CLOSES, OPENS, PUBLIC = "Stangningsdatum", "Oppningsdatum", "Publik"
ROUND_FIELDS = frozenset([NUMBER, CALL, "Titel", PUBLIC, OPENS, CLOSES])
_PERSONS = "kontakt"  # KontaktLista: names, numbers and addresses of officials


def read_records(body: bytes, part: str, fields: frozenset[str] = frozenset([NUMBER])) -> list[Record]:
    """Return the records of an answer, persons left out before anything else is done with them.

    Raises ChangedSource on what is no list of records, and when a field is in none of them.
    """

    def changed(message: str) -> ChangedSource:
        return ChangedSource(f"{part}: {message}", source=SOURCE, part=part)

    told = Reader(SOURCE, part).parse(body)
    if not isinstance(told, list) or not all(isinstance(record, dict) for record in told):
        raise changed(f"no list of records but {body[:80]!r}")
    records = [without_persons(record) for record in told]
    if records and (missing := fields.difference(*records)):
        raise changed(f"no record has {', '.join(sorted(missing))}")
    return records


def without_persons(value: Any) -> Any:
    """Return a value of the answer without any list of contacts in it."""
    if isinstance(value, dict):
        return {key: without_persons(each) for key, each in value.items() if _PERSONS not in str(key).lower()}
    return [without_persons(each) for each in value] if isinstance(value, list) else value


def is_public(record: Record) -> bool:
    """Tell whether a record is meant to be read by everyone."""
    return record.get(PUBLIC) is True or text_of(record, PUBLIC).lower() in {"1", "1.0", "true"}


def moment_of(record: Record, name: str) -> datetime | None:
    """Return a time of the source, which is Swedish without saying so; None where it stands for no time."""
    moment = parse_moment(text_of(record, name))
    return moment.astimezone(STOCKHOLM) if moment and moment.year > NONE_YEAR else None


def has_odd_date(record: Record) -> bool:
    """Tell whether the closing date is there but cannot be read."""
    return bool(text_of(record, CLOSES)) and parse_moment(text_of(record, CLOSES)) is None


def english_title(record: Record) -> str:
    """Return the English title; "x" and "xx" are written where there is none."""
    title = plain_title(text_of(record, "TitelEngelska"))
    return "" if set(title.lower()) <= {"x"} else title


def item_of(record: Record, calls: Mapping[str, Record], programmes: Mapping[str, Record], today: date) -> Item | None:
    """Return the item of a round, None when it has no number or title."""
    title = plain_title(text_of(record, "Titel")) or english_title(record)
    key, title = text_of(record, NUMBER), "" if title.isdecimal() else title
    if not key or not title:
        return None
    call = calls.get(text_of(record, CALL), {})
    programme = programmes.get(text_of(call, PROGRAMME), {})
    opens, closes = moment_of(record, OPENS), moment_of(record, CLOSES)
    published = moment_of(call, "Publiceringsdatum")
    return Item(
        source=SOURCE,
        key=key,
        kind=Kind.CALL,
        title=title,
        url=link_of(record, call) or f"https://www.vinnova.se/sok/?q={quote(key)}",
        text=body_of(record, call),
        language="sv",
        published=published.date() if published else None,
        status=status_of(opens, closes, today),
        opens=opens.date() if opens else None,
        publisher=PUBLISHER,
        deadlines=(Deadline(closes.date(), "application", _hour(closes)),) if closes else (),
        concepts=tuple(_concepts(call, programme)),
        references=tuple(_references(key, record)),
        meta=_meta(record, call, programme),
    )


def status_of(opens: datetime | None, closes: datetime | None, today: date) -> str:
    """Return whether one can apply today; "" when neither date is known."""
    if closes and closes.date() < today:
        return "closed"
    if opens and opens.date() > today:
        return "forthcoming"
    return "open" if opens or closes else ""


def body_of(record: Record, call: Record) -> str:
    """Return the description and the texts for the web of a round, or its call's description where it has none."""
    told = [text_of(record, "Beskrivning"), *web_texts(record)]
    kept = [text for text in dict.fromkeys(map(plain_text, told)) if text] or [plain_text(text_of(call, "Beskrivning"))]
    return plain_text("\n\n".join(kept))


def web_texts(record: Record) -> Iterator[str]:
    """Yield the Swedish texts for the web; they have been read in two shapes, by field and by language."""
    for each in dicts_of(record, "WebTextLista"):
        if "Text" in each:
            if text_of(each, "Lang").lower()[:2] in {"", "sv", "se"}:
                yield text_of(each, "Text")
        else:
            yield text_of(each, "TextSv")


def dicts_of(record: Record, name: str) -> Sequence[Record]:
    """Return the records of a list; one alone may stand for a list of it."""
    value = record.get(name)
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def link_of(record: Record, call: Record) -> str:
    """Return the first link that a reader may follow, the round's before its call's."""
    links = (clean_link(text_of(each, "URL")) for holder in (record, call) for each in dicts_of(holder, "LankLista"))
    return next((link for link in links if link), "")


def _hour(moment: datetime) -> str:
    return f"kl. {moment:%H.%M}" if (moment.hour, moment.minute) not in {(0, 0), (23, 59)} else ""


def _concepts(call: Record, programme: Record) -> Iterator[Concept]:
    if title := plain_title(text_of(programme, "Titel")):
        yield Concept("programme", f"vinnova:{text_of(call, PROGRAMME)}", title)


def _references(key: str, record: Record) -> Iterator[Reference]:
    yield Reference("dnr", key, "is")
    if (call := text_of(record, CALL)) and call != key:
        yield Reference("dnr", call, "based_on")


def _meta(record: Record, call: Record, programme: Record) -> dict[str, Any]:
    days = {name: moment_of(record, field) for name, field in _DAYS.items()}
    documents = [
        [plain_title(text_of(each, "Titel")) or "dokument", urljoin(API, text_of(each, "fileURL"))]
        for each in dicts_of(record, "DokumentLista")
        if text_of(each, "fileURL")
    ]
    meta: dict[str, Any] = {
        "title_en": english_title(record),
        "call_title": plain_title(text_of(call, "Titel")),
        "programme_title": plain_title(text_of(programme, "Titel")),
        **{name: moment.date().isoformat() for name, moment in days.items() if moment},
        "attachments": [[title, url] for title, url in documents if clean_link(url)],
    }
    return {name: value for name, value in meta.items() if value}


_DAYS = {
    "decision": "UppskattatBeslutsdatum",
    "project_start": "TidigastProjektstart",
    "project_end": "SenastProjektslut",
}

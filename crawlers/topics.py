"""What the Funding & Tenders portal says of one topic: its whole text, who may apply, days, money and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from crawlers.answers import Reader
from crawlers.calls import budget_lines, money_of, role_of
from crawlers.dates import parse_day
from crawlers.links import clean_link
from crawlers.text import HTML_LIMIT, plain_text, plain_title
from store.errors import ChangedSource
from store.types import Deadline, Detail, Money, Reference

ADDRESS = "https://ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails/"
TWO_STAGE = "31094505"
EXPECTED = ("description", "conditions", "actions")  # fields that every topic has, if only empty
_MOST_DOCUMENTS = 20
_MOST_ELIGIBLE = 1_500  # characters kept of who may apply
_WHO = re.compile(
    r"\beligib|who can apply|applicants?\b|consorti|participat|legal entit|public bod|local authorit|municipalit",
    re.IGNORECASE,
)
_SUBMISSION = re.compile(r"/submission/|/sep/|create-draft")  # behind a login: no document

Topic = Mapping[str, Any]


def read_topic(body: bytes, key: str, *, source: str, part: str) -> Topic:
    """Return the topic of an answer; raises ChangedSource when it has another shape or is another topic."""

    def changed(message: str) -> ChangedSource:
        return ChangedSource(f"{key}: {message}", source=source, part=part)

    answer = Reader(source, part).parse(body)
    topic = answer.get("TopicDetails") if isinstance(answer, dict) else None
    if not isinstance(topic, dict):
        raise changed(f"no TopicDetails but {body[:80]!r}")
    identifier = topic.get("identifier")
    if not isinstance(identifier, str) or identifier.lower() != key.lower():
        raise changed(f"asked for {key}, got {identifier!r}")
    for name, kind in (("description", str), ("conditions", str), ("actions", list), ("links", list)):
        if not isinstance(topic.get(name), kind | None):
            raise changed(f"{name} is {type(topic[name]).__name__}")
    given = list(_written_days(topic))
    if given and not any(map(parse_day, given)):
        raise changed(f"deadlines in another form: {given[:3]}")
    return topic


def topic_detail(topic: Topic, *, source: str, key: str, url: str, now: datetime) -> Detail:
    """Return the detail of a topic; an empty one when it says nothing."""
    description, conditions = plain_text(topic.get("description")), plain_text(topic.get("conditions"), HTML_LIMIT)
    eligible = _eligibility(conditions)
    support = plain_text(topic.get("supportInfo")) if isinstance(topic.get("supportInfo"), str) else ""
    # Who may apply stands before the rest of the conditions: the text is cut, and read from its beginning.
    text = plain_text("\n\n".join(part for part in (description, eligible, conditions) if part))
    call = plain_title(str(topic.get("callIdentifier") or ""))
    meta = {
        "eligibility": eligible,
        "documents": list(_documents(topic)),
        "support": support[:_MOST_ELIGIBLE],
        "call_title": plain_title(str(topic.get("callTitle") or "")),
    }
    return Detail(
        source=source,
        key=key,
        fetched_at=now,
        text=text,
        language="en" if text else "",
        url=url,
        deadlines=_deadlines(topic),
        money=_money(topic, key),
        references=(Reference("call", call),) if call and call.lower() != key.lower() else (),
        meta={name: value for name, value in meta.items() if value},
    )


def _actions(topic: Topic) -> list[dict[str, Any]]:
    return [action for action in topic.get("actions") or [] if isinstance(action, dict)]


def _written_days(topic: Topic) -> Iterator[str]:
    for action in _actions(topic):
        listed = action.get("deadlineDates")
        yield from (str(value) for value in (listed if isinstance(listed, list) else [listed]) if value)


def _deadlines(topic: Topic) -> tuple[Deadline, ...]:
    found: dict[date, Deadline] = {}
    for action in _actions(topic):
        days = sorted({day for written in _written_days({"actions": [action]}) if (day := parse_day(written))})
        model = _model(action)
        for position, day in enumerate(days):
            found.setdefault(day, Deadline(day, role_of(model, position, len(days))))
    return tuple(sorted(found.values(), key=lambda deadline: deadline.on))


def _model(action: Mapping[str, Any]) -> str:
    procedure = action.get("submissionProcedure")
    if not isinstance(procedure, dict):
        return str(procedure or "")
    if str(procedure.get("id")) == TWO_STAGE:
        return "two-stage"
    return f"{procedure.get('abbreviation') or ''} {procedure.get('description') or ''}".lower()


def _money(topic: Topic, key: str) -> tuple[Money, ...]:
    return money_of(budget_lines(topic.get("budgetOverviewJSONItem"), str(topic.get("identifier") or key)))


def _eligibility(conditions: str) -> str:
    chosen: list[str] = []
    for paragraph in conditions.split("\n"):
        if _WHO.search(paragraph) and paragraph.strip() not in chosen:
            chosen.append(paragraph.strip())
    return plain_text("\n".join(chosen), _MOST_ELIGIBLE)


def _documents(topic: Topic) -> Iterator[list[str]]:
    """Yield title and address of each document that the conditions or the topic itself link to."""
    seen: set[str] = set()
    for title, written in _links(topic):
        link = clean_link(written, ADDRESS)
        if link and link not in seen and not _SUBMISSION.search(link) and len(seen) < _MOST_DOCUMENTS:
            seen.add(link)
            yield [plain_title(title) or link, link]


def _links(topic: Topic) -> Iterator[tuple[str, str]]:
    for name in ("conditions", "description", "supportInfo"):
        html = topic.get(name)
        for anchor in LexborHTMLParser(html[:HTML_LIMIT]).css("a[href]") if isinstance(html, str) else ():
            target = anchor.attributes.get("href") or ""
            if target.startswith(("http", "/")):
                yield anchor.text(strip=True), target
    for link in topic.get("links") or []:
        if isinstance(link, dict) and isinstance(link.get("url"), str):
            yield str(link.get("title") or link.get("description") or ""), link["url"]

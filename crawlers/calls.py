"""Calls for proposals: what becomes of one record of the Funding & Tenders portal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crawlers.answers import Record
from crawlers.links import clean_link
from crawlers.portal import CASCADE, CLOSED, EUROPEAID, FORTHCOMING, OPEN, TOPIC, first, reference, values
from crawlers.text import plain_text, plain_title
from store.types import Concept, Deadline, Item, Kind, Money, Reference

_STATUSES = {FORTHCOMING: "forthcoming", OPEN: "open", CLOSED: "closed"}
_PAGES = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/"
_TWO_STAGE = "31094505"
_EXTERNAL_ACTION = "111111"  # EuropeAid's calls are for partner countries
# The portal's dates carry no hour since 2026; where the text gives one, it is worth a note.
_HOUR = re.compile(r"\b(\d{1,2})[.:](\d{2})(?::00)?(?:\s*hours?)?,?\s*\(?(?:CES?T\b,?\s*)?\(?Brussels", re.IGNORECASE)

Names = Mapping[str, Mapping[str, str]]  # facet -> code -> name


def call_key(record: Record) -> str:
    """Return what a call is known by: a topic's identifier, every other call's reference.

    Several cascade calls share the identifier of the topic that pays for them (15 under one on 2026-03-13).
    """
    identifier = first(record, "identifier")
    return identifier if first(record, "type") == TOPIC and identifier else reference(record)


def call_item(record: Record, names: Names, *, source: str, publisher: str) -> Item:
    """Return the item of a record."""
    kind, status = first(record, "type"), _STATUSES.get(first(record, "status"), "")
    text, opens = _text(record), _day(first(record, "startDate")) or _day(_actions(record).get("plannedOpeningDate"))
    project = first(record, "projectName") or first(record, "projectAcronym")
    return Item(
        source=source,
        key=call_key(record),
        kind=Kind.CALL,
        title=_title(record),
        url=_link(record),
        text=text,
        language=first(record, "language") or "en",
        # A forthcoming call's start lies ahead: it says when the call opens, not when it was published.
        published=opens if status == "open" else None,
        status=status,
        opens=opens,
        publisher=plain_title(project) if kind == CASCADE and project else publisher,
        deadlines=_deadlines(record, text),
        money=_money(record),
        concepts=_concepts(record, names),
        references=_references(record),
        meta=_meta(record, names),
    )


def _title(record: Record) -> str:
    # A cascade call's `title` is that of the topic behind it; its own name is `callTitle`.
    own = (first(record, "callTitle"), str(record.get("summary") or "")) if first(record, "type") == CASCADE else ()
    candidates = (*own, first(record, "title"), str(record.get("summary") or ""), first(record, "identifier"))
    return next((title for text in candidates if (title := plain_title(text))), call_key(record))


def _text(record: Record) -> str:
    title = _title(record)
    parts = [plain_text(first(record, "descriptionByte") or first(record, "description"))]
    for name in ("destinationDescription", "callTitle", "title"):
        line = plain_title(first(record, name))
        if line and line != title and line not in parts:
            parts.append(line)
    return "\n\n".join(part for part in parts if part)


def _link(record: Record) -> str:
    given = clean_link(str(record.get("url") or first(record, "url")))
    if given and "/data/topicDetails/" not in given:  # that is a file for programs
        return given
    if first(record, "type") == EUROPEAID:
        return f"{_PAGES}prospect-details/{reference(record)}"
    return f"{_PAGES}topic-details/{first(record, 'identifier')}"


def _deadlines(record: Record, text: str) -> tuple[Deadline, ...]:
    actions = _actions(record)
    given = values(record, "deadlineDate") or [str(day) for day in actions.get("deadlineDates") or []]
    days = sorted({day for value in given if (day := _day(value))})
    model = first(record, "deadlineModel") or str(actions.get("deadlineModel") or "")
    procedure = actions.get("submissionProcedure")
    if not model and isinstance(procedure, dict) and str(procedure.get("id")) == _TWO_STAGE:
        model = "two-stage"
    hour = _HOUR.search(text)
    note = f"kl. {hour[1]}.{hour[2]} Brysseltid, kontrollera" if hour else ""
    return tuple(Deadline(day, role_of(model, n, len(days)), note) for n, day in enumerate(days))


def role_of(model: str, position: int, count: int) -> str:
    """Return what one of a call's days is the last one for, by the portal's name for its model of deadlines."""
    if "two-stage" in model and count > 1:
        return "stage_1" if position % 2 == 0 else "stage_2"
    if "cut-off" in model:
        return "cut_off"
    return "application"  # also a two-stage call with one date: it may be either stage


def _money(record: Record) -> tuple[Money, ...]:
    return money_of(_own_actions(record), _amount(first(record, "budget")))  # cascade calls have the plain field


def money_of(actions: Sequence[Mapping[str, Any]], otherwise: float = 0.0) -> tuple[Money, ...]:
    """Return the amounts of a topic's budget lines; `otherwise` is the total when they give none."""
    totals = [_amount(amount) for action in actions for amount in _years(action).values()]
    total = sum(totals) or otherwise
    least = [amount for action in actions if (amount := _amount(action.get("minContribution")))]
    most = [amount for action in actions if (amount := _amount(action.get("maxContribution")))]
    found = [(total, "total"), (min(least, default=0.0), "grant_min"), (max(most, default=0.0), "grant_max")]
    return tuple(Money(amount, "EUR", role) for amount, role in found if amount)


def _own_actions(record: Record) -> list[dict[str, Any]]:
    return budget_lines(_json(first(record, "budgetOverview")), first(record, "identifier"))


def budget_lines(overview: object, identifier: str) -> list[dict[str, Any]]:
    """Return the budget lines of a topic; the overview covers all topics of its call."""
    lines = overview.get("budgetTopicActionMap") if isinstance(overview, dict) else None
    own: list[dict[str, Any]] = []
    for group in lines.values() if isinstance(lines, dict) else ():
        for action in group if isinstance(group, list) else ():
            if isinstance(action, dict) and _names_topic(action, identifier) and action not in own:
                own.append(action)
    return own


def _names_topic(action: Mapping[str, Any], identifier: str) -> bool:
    # "CERV-2026-X - CERV Grants"; an identifier can begin with another one, so the whole name counts.
    return bool(identifier) and str(action.get("action", "")).partition(" - ")[0].strip() == identifier


def _years(action: Mapping[str, Any]) -> Mapping[str, Any]:
    years = action.get("budgetYearMap")
    return years if isinstance(years, dict) else {}


def _concepts(record: Record, names: Names) -> tuple[Concept, ...]:
    found = [
        Concept(scheme, code, names.get(facet, {}).get(code, ""))
        for scheme, facet in (("programme", "frameworkProgramme"), ("division", "programmeDivision"))
        for code in values(record, facet)
    ]
    identifiers = {first(record, "identifier"), first(record, "callIdentifier")}  # the portal lists these as keywords
    words = [*_unpacked(values(record, "keywords")), *_unpacked(values(record, "tags"))]
    found += [Concept("keyword", word, word) for word in map(plain_title, words) if word and word not in identifiers]
    return tuple(dict.fromkeys(found))


def _unpacked(words: Iterable[str]) -> list[str]:
    """Return keywords one by one; in older records one text holds a JSON list of them."""
    unpacked: list[str] = []
    for word in words:
        listed = _json(word) if word.startswith("[") else None
        unpacked += [str(part) for part in listed] if isinstance(listed, list) else [word]
    return unpacked


def _references(record: Record) -> tuple[Reference, ...]:
    identifier, call = first(record, "identifier"), first(record, "callIdentifier")
    found = []
    if identifier:  # a cascade call has only the identifier of the topic that pays for it
        found.append(Reference("call", identifier, "based_on" if first(record, "type") == CASCADE else "is"))
    if call and call != identifier:
        found.append(Reference("call", call, "mentions"))
    return tuple(found)


def _meta(record: Record, names: Names) -> dict[str, Any]:
    programmes = values(record, "frameworkProgramme")
    overview = first(record, "budgetOverview")
    grants = [int(n) for action in _own_actions(record) if (n := _amount(action.get("expectedGrants")))]
    meta: dict[str, Any] = {
        "reference": reference(record),
        "type": first(record, "type"),
        "programme": [names.get("frameworkProgramme", {}).get(code, code) for code in programmes],
        "period": first(record, "programmePeriod"),
        "call_title": plain_title(first(record, "callTitle")),
        "topic_title": plain_title(first(record, "title")) if first(record, "type") == CASCADE else "",
        "action_types": [" ".join(text.split()) for text in values(record, "typesOfAction")],
        "deadline_model": first(record, "deadlineModel"),
        "priorities": values(record, "crossCuttingPriorities"),
        "expected_grants": sum(grants) or None,
        # The portal itself cuts long overviews: then the budget is not known, which is not the same as none.
        "budget_unreadable": True if overview and _json(overview) is None else None,
        # No field names the eligible countries; Sweden is one for programmes run by the Commission itself.
        "eligibility": "" if _EXTERNAL_ACTION in programmes else "kontrollera",
    }
    return {name: value for name, value in meta.items() if value not in ("", None, [])}


def _actions(record: Record) -> dict[str, Any]:
    listed = _json(first(record, "actions"))
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _amount(value: object) -> float:
    """Return an amount written as number or text; 0 stands for unknown, as in the portal."""
    text = re.sub(r"[\s,]", "", str(value))
    return float(text) if re.fullmatch(r"\d{1,15}(\.\d+)?", text) else 0.0


def _day(value: object) -> date | None:
    """Return the day alone: seconds and hours change without anything having changed."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None

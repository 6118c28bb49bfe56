"""What is asked of every page: usual addresses and hard ones, by the names of the large store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from pipeline.keys import load_keys
from pipeline.links import ACCOUNT_CALENDAR, ANSWER, CALENDAR, UNIT, UNSUBSCRIBE, Link, sign
from store.db import Session
from store.tables import ActionRow, DigestEntryRow, DigestRow, ItemRow, PublicationRow, ThreadMemberRow, VerdictRow
from tests.benchmarks.large_store import NOW
from tests.web.routes import addresses, key_addresses

WORDS = {
    "common": "kommunen",
    "usual": "avlopp",
    "unusual": "vattenskydd",
    "seldom": "vänortsutbyte",
    "rare": "sällsynt7007",
    "absent": "finnsinte",
    "beginning": "kom",
    "two": "kommunen avlopp",
    "phrase": '"kommunen och"',
    "without": "avlopp -kommunen",
    "only without": "-kommunen",
}
FILTERS = {
    "kind": {"slag": "call"},
    "common area": {"omrade": "governance"},
    "rare area": {"omrade": "international"},
    "large source": {"kalla": "feeds"},
    "small source": {"kalla": "ted"},
    "days ahead": {"fran": "2026-11-23"},
    "days": {"fran": "2027-01-01", "till": "2027-01-31"},
    "days gone": {"fran": "2022-03-01", "till": "2022-03-31"},
    "sent": {"lage": "send"},
    "dropped": {"lage": "drop"},
    "told": {"lage": "told"},
    "open": {"lage": "open"},
}
API = {"slag": "kind", "omrade": "area", "kalla": "source", "fran": "deadline_from", "till": "deadline_until",
       "lage": "state"}  # fmt: skip
DEEP = "2023-06-01.400000"


@dataclass(frozen=True, slots=True)
class Case:
    """One address, and what is hard about it."""

    page: str  # as the table names it
    what: str
    path: str
    is_by_key: bool = False


def cases(app: Flask, session: Session) -> list[Case]:
    """Return everything that is asked."""
    known = _names(app, session)
    return [*_routes(app, known), *_searches(), *_deadlines(), *_ledger(), *_lists(known)]


def _names(app: Flask, session: Session) -> dict[str, str]:
    """Return what addresses may name: the newest of each sort."""
    item = session.execute(
        select(ItemRow.source, ItemRow.key)
        .join(DigestEntryRow, (DigestEntryRow.source == ItemRow.source) & (DigestEntryRow.key == ItemRow.key))
        .limit(1)
    ).one()
    newest = select(DigestRow.id).order_by(DigestRow.created_at.desc(), DigestRow.id.desc())
    digest = session.scalars(newest).first() or ""
    keys = load_keys(app.extensions["utkik"].current.installation().settings.home)
    tokens = {p: sign(keys, Link(purpose=p, digest_id=digest, position=1), NOW) for p in (ANSWER, UNSUBSCRIBE)}
    return {
        "item": f"{item.source}/{item.key}",
        "digest": digest,
        "thread": session.scalars(select(ThreadMemberRow.thread_id).limit(1)).first() or "",
        "action": session.scalars(select(ActionRow.id).limit(1)).first() or "",
        "publication": session.scalars(select(PublicationRow.id).limit(1)).first() or "",
        "verdict": str(session.scalars(select(VerdictRow.id).order_by(VerdictRow.id.desc())).first() or 0),
        "answer": tokens[ANSWER],
        "leave": tokens[UNSUBSCRIBE],
        "own": sign(keys, Link(purpose=UNIT, digest_id=digest), NOW),
        "calendar": sign(keys, Link(purpose=CALENDAR, digest_id=digest), NOW),
        "account": sign(keys, Link(purpose=ACCOUNT_CALENDAR, digest_id="coordinator"), NOW),
    }


def _routes(app: Flask, known: dict[str, str]) -> Iterator[Case]:
    """Every address that there is, with names that are there where that can be had."""
    real = {
        "analyses.show": f"/analys?post={known['item']}",
        "actions.begin": f"/atgarder/ny?post={known['item']}",
        "actions.one": f"/atgarder/{known['action']}",
        "answers.show": f"/svar/{known['answer']}",
        "answers.own": f"/min/{known['own']}",
        "letters.show": f"/avsluta/{known['leave']}",
        "calendar.of_account": f"/kalender/konto/{known['account']}.ics",
        "calendar.of_reader": f"/kalender/{known['calendar']}.ics",
        "digests.letter": f"/utskick/{known['digest']}",
        "digests.html": f"/utskick/{known['digest']}/brev.html",
        "digests.message": f"/utskick/{known['digest']}/brev.eml",
        "residents.item": f"/for-invanare/post/{known['publication']}",
        "search.item": f"/post/{known['item']}",
        "sources.source": "/kallor/feeds",
        "threads.one": f"/arenden/{known['thread']}",
        "week.pane": f"/veckan/post?post={known['item']}",
        "api.item": f"/api/v1/items/{known['item']}",
        "api.assessments": f"/api/v1/assessments?item={known['item']}",
        "api.thread": f"/api/v1/threads/{known['thread']}",
    }
    left_out = {"sso.begin", "sso.back", "static"}  # ask another server; are files
    for endpoint, _method, path in addresses(app, "GET"):
        if endpoint not in left_out and not endpoint.startswith("setup."):  # the set-up is over
            yield Case(endpoint, "", real.get(endpoint, path))
    for endpoint, method, path in key_addresses(app):
        if method == "GET":
            yield Case(endpoint, "", real.get(endpoint, path), is_by_key=True)


def _searches() -> Iterator[Case]:
    asked: dict[str, dict[str, str]] = {name: {"q": words} for name, words in WORDS.items()}
    asked |= FILTERS
    asked |= {
        f"{word} + {name}": {"q": WORDS[word], **FILTERS[name]}
        for word in ("common", "usual", "unusual", "rare")
        for name in FILTERS
    }
    for first, second in combinations(FILTERS, 2):
        if not set(FILTERS[first]) & set(FILTERS[second]):
            asked[f"{first} + {second}"] = {**FILTERS[first], **FILTERS[second]}
    for name in ("common", "usual", "unusual", "kind", "common area", "large source", "open", "common + kind"):
        asked[f"{name}, deep"] = {**asked[name], "efter": DEEP}
    for name, fields in asked.items():
        yield Case("search.show", name, f"/sok?{urlencode(fields)}")
        told = {API.get(key, key): value for key, value in fields.items() if key not in ("efter",)}
        if "efter" in fields:
            told["after"] = fields["efter"]
        yield Case("api.items", name, f"/api/v1/items?{urlencode({**told, 'limit': '100'})}", is_by_key=True)


def _deadlines() -> Iterator[Case]:
    narrow = {"": {}, "unit": {"enhet": "skola"}, "area": {"omrade": "governance"},
              "rare area": {"omrade": "international"}, "kind": {"slag": "legal_act"}}  # fmt: skip
    for view in ("lista", "manad", "passerade"):
        for choice in ("", "skickat", "allt"):
            for name, fields in narrow.items():
                asked = {"vy": view, "urval": choice, **fields}
                what = " + ".join(filter(None, (view, choice, name)))
                yield Case("deadlines.show", what, f"/frister?{urlencode({k: v for k, v in asked.items() if v})}")
    yield Case("deadlines.show", "deep", "/frister?urval=allt&efter=2027-06-01.500000.application")
    yield Case("deadlines.show", "a day", "/frister?urval=allt&dag=2026-12-07")
    yield Case("deadlines.show", "a far month", "/frister?urval=allt&vy=manad&manad=2029-01")


def _ledger() -> Iterator[Case]:
    for name, words in WORDS.items():
        yield Case("ledger.show", name, f"/uppfoljning?{urlencode({'q': words})}")
    for name, fields in {
        "number": {"q": "32024L0000048"},
        "address": {"q": "https://example.org/feeds/ne-1000"},
        "unit": {"enhet": "skola"},
        "days": {"fran": "2024-01-01", "till": "2024-03-31"},
        "answered": {"svar": "ja"},
        "not answered": {"svar": "nej"},
        "refused": {"resultat": "refused"},
        "common + unit": {"q": "kommunen", "enhet": "skola"},
        "deep": {"fore": "2022-06-01T00:00:00+00:00 x"},
    }.items():
        yield Case("ledger.show", name, f"/uppfoljning?{urlencode(fields)}")


def _lists(known: dict[str, str]) -> Iterator[Case]:
    for tab in ("bedom", "skickas", "vantar", "nej", "troligen-inte", "utforskande"):
        yield Case("week.show", tab, f"/veckan?flik={tab}")
    for name, query in {"filters": "slag=call&omrade=school", "by deadline": "ordning=frist"}.items():
        yield Case("week.show", name, f"/veckan?{query}")
    yield Case("digests.show", "a past week", "/utskick?vecka=2026-W40")
    for query in ("lista=infors", "urval=allt", "lista=infors&urval=allt", "q=kommunen", "q=avlopp",
                  "q=32024L0000048", "efter=2024-01-01.t9"):  # fmt: skip
        yield Case("threads.show", query, f"/arenden?{query}")
    for query in ("lista=sena", "enhet=skola", "sida=20"):
        yield Case("actions.show", query, f"/atgarder?{query}")
    for name in ("cellar", "regeringen", "ted"):
        yield Case("sources.source", name, f"/kallor/{name}")
    yield Case("calendar.of_account", "a unit", f"/kalender/konto/{known['account']}.ics?enhet=skola")
    yield Case("audit.show", "deep", "/handelser?sida=50")
    for name, path in {
        "verdicts, deep": f"/api/v1/verdicts?after={int(known['verdict']) // 2}&limit=200",
        "digests, deep": "/api/v1/digests?after=2023-01-01T00:00:00%2B00:00~x&limit=200",
        "actions": "/api/v1/actions?state=open&unit=skola&limit=200",
        "actions, deep": "/api/v1/actions?after=4000&limit=200",
        "threads, deep": "/api/v1/threads?after=t5&limit=200",
        "threads, number": "/api/v1/threads?number=32024L0000048",
    }.items():
        yield Case(f"api.{name.split(',')[0]}", name, path, is_by_key=True)

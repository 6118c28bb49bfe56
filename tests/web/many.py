"""Two municipalities in one installation: Provköping, whose people look, and Bortby, of which they must see nothing.

Every row and every line of the file that is Bortby's holds a word that stands nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import insert, select

from pipeline.api_tokens import new_token
from pipeline.installation import Installation
from pipeline.publications import publication_id
from store.accounts import add_account
from store.api_tokens import add_token
from store.db import Session, Store
from store.digests import freeze_digest
from store.tables import (
    ActionChangeRow,
    ActionRow,
    AnalysisRow,
    AuditRow,
    BounceRow,
    CofinancingRow,
    ContactStateRow,
    CorrectionRow,
    DecisionRow,
    DeliveryRow,
    ExplorationRow,
    FeedbackCountRow,
    FeedbackRow,
    OrganisationChangeRow,
    PublicationRow,
    RouteRow,
    SavedSearchRow,
    Table,
    VerdictRow,
    WebSessionRow,
)
from store.types import Account, DigestEntry, Role
from tests.pipeline.making import NOW
from tests.web.digest_making import letter
from tests.web.register import MATTER, WEEK
from tests.web.seeding import PUBLISHED

HERE, THERE = "provköping", "bortby"
MARK = "qvasir"  # begins every word that is Bortby's alone
LETTER, ACTION, CHANGE, CORRECTION, KEY = "bortbrev", "bortatgard", 7001, "b0rt0001", "bortnyckel"
READER = f"{MARK}-skola@example.org"
SEARCH, PROJECT, UNIT = "bortsokning", "bortprojekt", "bortskola"
ITEM = PUBLISHED
NAME = f"{MARK}-samordnare@example.org"
PUBLICATION = publication_id(THERE, ITEM)

FILE = f"""\
name = "Bortby kommun"
short = "Bortby"
code = "0002"
domain = "bortby.example.org"

[coordinator]
role = "{MARK}samordnaren"
email = "{NAME}"

[page]
address = "https://bortby.example.org"

[units.{UNIT}]
name = "{MARK.title()}skolan"
kind = "administration"
committee = "{MARK.title()}nämnden"
areas = ["school", "water", "youth_leisure"]
contact = {{ role = "{MARK}kontakt", email = "{READER}" }}

[[twin_towns]]
name = "{MARK.title()}orten"
country = "Estland"

[[networks]]
name = "{MARK.title()}nätverket"

[[projects]]
key = "{PROJECT}"
name = "{MARK.title()}projektet"
unit = "{UNIT}"
areas = ["international", "water"]
words = ["rening"]
"""


def add_bortby(home: Path) -> None:
    """Let the installation serve Bortby too."""
    folder = home / "municipalities"
    folder.mkdir(mode=0o700)
    (folder / "bortby.toml").write_text(FILE, encoding="utf-8")


def seed_bortby(session: Session) -> None:
    """Keep something of Bortby in every table that is a municipality's."""
    source, key = ITEM
    item = {"municipality": THERE, "source": source, "key": key}
    entry = DigestEntry(source=source, key=key, section="news", position=1, because=f"{MARK}-entry", content_hash="x")
    text = f"{MARK}-letter\n"
    freeze_digest(
        session,
        letter(LETTER, contact=READER, week=WEEK, municipality=THERE, units=(UNIT,), entries=(entry,), text=text),
    )
    account = Account(id="bort", name=NAME, role=Role.COORDINATOR, created_at=NOW, municipality=THERE)
    add_account(session, account)
    token, _ = new_token(f"{MARK}-token", Role.READER, NOW)
    add_token(session, replace(token, id=KEY, municipality=THERE))
    for table, row in _rows(item):
        session.execute(insert(table).values(row))


# fmt: off
def _rows(item: dict[str, str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    before = NOW - timedelta(days=1)
    yield VerdictRow, {**item, "ruling": "send", "at": before, "by": f"{MARK}-by", "note": f"{MARK}-verdict", "areas": None, "origin": "ranked", "units": [UNIT]}  # noqa: E501
    yield CorrectionRow, {"id": CORRECTION, "municipality": THERE, "made_at": before, "assessor": "test", "labels": 3, "labels_hash": MARK, "state": "replaced", "payload": MARK.encode()}  # noqa: E501
    yield ExplorationRow, {**item, "week": WEEK, "position": 1, "propensity": 0.5, "chosen_at": before}
    yield RouteRow, {**item, "week": WEEK, "unit": UNIT, "score": 0.9, "because": f"{MARK}-route", "areas": []}
    yield DeliveryRow, {"digest_id": LETTER, "at": before, "transport": "smtp", "state": "retry", "detail": f"{MARK}-delivery"}  # noqa: E501
    yield FeedbackRow, {"digest_id": LETTER, "source": item["source"], "key": item["key"], "answer": "relevant", "at": before, "unit": UNIT, "note": f"{MARK}-feedback"}  # noqa: E501
    yield FeedbackCountRow, {**item, "answer": "relevant", "number": 4}
    yield BounceRow, {"fingerprint": MARK, "digest_id": LETTER, "at": before, "kind": "soft"}
    yield ContactStateRow, {"municipality": THERE, "email": READER, "state": "unreachable", "since": before, "reason": f"{MARK}-reach", "hard": 1, "soft_weeks": []}  # noqa: E501
    yield ActionRow, {**item, "id": ACTION, "unit": UNIT, "title": f"{MARK}-action", "created_at": before, "due": date(2026, 11, 1), "state": "open", "outcome": f"{MARK}-outcome", "owner": f"{MARK}-owner", "note": f"{MARK}-note", "version": 2}  # noqa: E501
    yield ActionChangeRow, {"action_id": ACTION, "version": 2, "at": before, "by": f"{MARK}-changer", "changes": {"title": ["a", f"{MARK}-change"]}}  # noqa: E501
    yield AnalysisRow, {**item, "version": 1, "meaning": f"{MARK}-analysis", "units": [UNIT], "duty": "", "cost": "", "proposal": "", "author": f"{MARK}-author", "origin": "person", "written_at": before, "signed_by": "samordnare", "signed_at": before}  # noqa: E501
    yield DecisionRow, {"id": "bortbeslut", "municipality": THERE, "meeting": date(2026, 11, 20), "text": f"{MARK}-decision", "at": before, "by": "samordnare"}  # noqa: E501
    yield SavedSearchRow, {"municipality": THERE, "name": SEARCH, "query": {"q": f"{MARK}-search"}, "created_at": before}  # noqa: E501
    yield CofinancingRow, {**item, "project": PROJECT, "state": "applied", "why": f"{MARK}-why", "at": before, "by": "samordnare"}  # noqa: E501
    yield PublicationRow, {**item, "id": PUBLICATION, "meaning": f"{MARK}-publication för invånarna", "published_at": before, "changed_at": before, "by": "samordnare", "shows_actions": True}  # noqa: E501
    yield AuditRow, {"at": before, "account_id": "bort", "role": "coordinator", "action": "search.save", "subject": f"{MARK}-audit", "detail": "", "municipality": THERE}  # noqa: E501
    yield OrganisationChangeRow, {"id": CHANGE, "municipality": THERE, "at": before, "account_id": "bort", "role": "coordinator", "what": f"{MARK}-organisation", "text": FILE}  # noqa: E501
    yield WebSessionRow, {"id": "bortlogin", "account_id": "bort", "created_at": before}


# fmt: on
# What names a row of another table of the municipality's, and that table's own name of it.
BELONGS = {"digest_id": "digests", "action_id": "actions", "account_id": "accounts"}


def rows_of(store: Store, municipality: str) -> dict[str, list[str]]:
    """Return every row that is the municipality's, by its table."""
    found: dict[str, list[str]] = {}
    with store.reading() as session:
        for table in Table.metadata.sorted_tables:
            if (query := _of(table, municipality)) is not None:
                found[table.name] = sorted(repr(tuple(row)) for row in session.execute(query))
    return found


def _of(table: SqlTable, municipality: str) -> Any:
    """Return the question for the municipality's rows of a table, None when what it holds is shared by all."""
    columns = table.columns
    if "municipality" in columns and table.name != "web_sessions":
        return select(table).where(columns["municipality"] == municipality)
    for name, owner in BELONGS.items():
        if name in columns and table.name != "audit_log":
            owners = Table.metadata.tables[owner].columns
            ids = select(owners["id"]).where(owners["municipality"] == municipality)
            return select(table).where(columns[name].in_(ids))
    return None


def fingerprint(rows: Mapping[str, list[str]]) -> dict[str, str]:
    """Return what tells one state of each table from another."""
    return {name: hashlib.sha256("\n".join(found).encode()).hexdigest() for name, found in rows.items()}


def values_there() -> dict[str, Any]:
    """Return what stands in the variable parts of an address so that it names something of Bortby's."""
    return {
        "digest_id": LETTER,
        "action": ACTION,
        "number": CHANGE,
        "unit": UNIT,
        "thread": MATTER,
        "publication": PUBLICATION,
        "published_in": "2026-11",
        "source": ITEM[0],
        "key": ITEM[1],
        "name": "feeds",
        "filename": "utkik.css",
    }


def form_there() -> dict[str, str]:
    """Return a form that names what is Bortby's in every field that any form has for such a thing."""
    return {
        "post": "/".join(ITEM),
        "items": f"0:{'/'.join(ITEM)}",
        "ruling": "drop",
        "seen": "0",
        "sedd": "1",
        "source": ITEM[0],
        "key": ITEM[1],
        "project": PROJECT,
        "state": "declined",
        "why": "prov",
        "unit": UNIT,
        "units": UNIT,
        "has_units": "1",
        "to": UNIT,
        "enhet": UNIT,
        "title": "prov",
        "version": CORRECTION,
        "nummer": KEY,
        "email": READER,
        "kommun": THERE,
        "answer": "pass_on",
        "betydelse": "En mening som är lång nog för invånarna.",
        "meaning": "prov",
        "municipality": "Bjuv",
        "name": "prov",
        "kind": "administration",
        "areas": "school",
        "role": "reader",
        "roll": "reader",
        "namn": "prov",
        "q": "avlopp",
        "glom": SEARCH,
        "owner": "prov",
        "due": "2026-12-04",
        "on": "1",
    }


def both(installation: Installation) -> Installation:
    """Seed Bortby, and return the installation."""
    with installation.store.session() as session:
        seed_bortby(session)
    return installation

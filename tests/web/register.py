"""Days to be met, a matter from proposal to duty, a written letter and actions: for the tests of those pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.compose import compose
from pipeline.installation import Installation
from store.actions import save_action
from store.assessments import save_assessments
from store.db import Session
from store.digests import list_digests
from store.items import get_item, upsert_items
from store.threads import save_threads
from store.types import Action, Deadline, Digest, Item, Kind, Reference, Stage, Thread, ThreadMember
from tests.pipeline.making import NOW, candidate

WEEK = "2026-W48"
ACT, PROPOSAL, MEMO, REMISS = (
    ("cellar", "avlopp"),
    ("cellar", "avlopp-forslag"),
    ("regeringen", "avlopp-fpm"),
    ("regeringen", "avlopp-remiss"),
)
MATTER = "avloppsdirektivet"
SEEN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def matter(session: Session) -> None:
    """Keep the matter of the waste water directive: proposal, memo, act, remiss, and the last day for Swedish law."""
    found = [
        candidate(
            PROPOSAL[1],
            "Förslag till direktiv om rening av avloppsvatten från tätbebyggelse",
            source=PROPOSAL[0],
            kind=Kind.PROPOSAL,
            published=date(2022, 10, 26),
            areas={"water": 0.9},
            publisher="EUR-Lex",
        ),
        candidate(
            MEMO[1],
            "Faktapromemoria om avloppsdirektivet",
            source=MEMO[0],
            kind=Kind.GOVERNMENT,
            published=date(2022, 12, 12),
            areas={"water": 0.8},
            publisher="Regeringskansliet",
        ),
        candidate(
            REMISS[1],
            "Remiss: genomförande av avloppsdirektivet i Sverige",
            source=REMISS[0],
            kind=Kind.CONSULTATION,
            published=date(2026, 11, 12),
            areas={"water": 0.9},
            publisher="Klimat- och näringslivsdepartementet",
            deadlines=(Deadline(on=date(2026, 12, 11), role="answer"),),
        ),
    ]
    upsert_items(session, [one.item for one in found], now=SEEN)
    save_assessments(session, [one.assessment for one in found], now=SEEN)
    members = (
        ThreadMember(*PROPOSAL, Stage.PROPOSAL, date(2022, 10, 26)),
        ThreadMember(*MEMO, Stage.FACT_MEMO, date(2022, 12, 12)),
        ThreadMember(*ACT, Stage.ADOPTION, date(2024, 11, 27)),
        ThreadMember(*REMISS, Stage.REMISS, date(2026, 11, 12)),
        ThreadMember(*ACT, Stage.TRANSPOSITION, date(2027, 7, 31)),
    )
    keys = [PROPOSAL, MEMO, ACT, REMISS]
    save_threads(session, [Thread(id=MATTER, members=members)], keys, now=SEEN)


def action(name: str = "a1", **changes: Any) -> Action:
    """Return an action of the water company about the remiss, unless told otherwise."""
    values: dict[str, Any] = {
        "id": name,
        "municipality": "provköping",
        "source": REMISS[0],
        "key": REMISS[1],
        "unit": "vatten",
        "title": "Svara på remissen om avloppsdirektivet",
        "created_at": NOW - timedelta(days=20),
        "due": date(2026, 12, 4),
        "owner": "VA-chef",
    }
    return Action(**values | changes)


def actions(session: Session) -> None:
    """Keep four actions: on its way, late, done with money, dropped."""
    save_action(session, action(), by="kontaktperson")
    save_action(session, action(state="ongoing"), by="samordnare", at=NOW - timedelta(days=3))
    late = {"title": "Utred kostnaden för kväverening", "due": date(2026, 11, 16), "key": "avlopp", "source": "cellar"}
    save_action(session, action("a2", **late), by="samordnare")
    money = {"applied": 450_000.0, "granted": 300_000.0, "outcome": "Beviljat. Resan görs i maj.", "state": "done"}
    about = {"key": "vanort", "source": "funding_tenders", "unit": "ledning", "owner": "internationell strateg"}
    sought = {"title": "Sök stöd för vänortsmöte", "due": date(2026, 10, 1), "currency": "EUR"}
    save_action(session, action("a3", **money, **about, **sought), by="samordnare")
    dropped = {"title": "Ansök om fritidsmedel", "state": "dropped", "outcome": "För liten egen insats."}
    save_action(session, action("a4", key="fritid", source="feeds", unit="skola", **dropped), by="analytiker")


def letters(installation: Installation) -> dict[str, Digest]:
    """Write the week's letters and return them by their reader."""
    compose(installation.store, installation.municipality, installation.settings, week=WEEK, now=NOW)
    with installation.store.reading() as session:
        return {digest.contact: digest for digest in list_digests(session)}


def filled(installation: Installation) -> dict[str, Digest]:
    """Keep all of it, and return the letters."""
    with installation.store.session() as session:
        matter(session)
        actions(session)
    return letters(installation)


def moved(session: Session, key: str, kind: Kind, days: list[str], at: datetime) -> None:
    """Let the item's source tell these days from the moment on."""
    stored = get_item(session, "funding_tenders" if kind is Kind.CALL else "regeringen", key)
    assert stored is not None
    role = "application" if kind is Kind.CALL else "answer"
    told = {name: getattr(stored.item, name) for name in ("source", "key", "kind", "title", "url", "publisher")}
    deadlines = tuple(Deadline(on=date.fromisoformat(day), role=role) for day in days)
    references: tuple[Reference, ...] = stored.item.references
    upsert_items(session, [Item(**told, deadlines=deadlines, references=references)], now=at)

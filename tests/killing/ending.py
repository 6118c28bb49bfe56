"""How a world stands in the end, and the decisions that a person takes of what is unclear."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.installation import Installation, open_installation, transport_of
from pipeline.outbox import STATE_WORDS, decide, outbox_values, show_outbox
from pipeline.send import send_due
from store.copying import read_rows, table_names
from store.digests import list_digests
from store.types import DigestState
from tests.killing.lives import Say
from tests.killing.story import SETTLED

# What happened on the way is different when a process died on it: its runs, attempts and repeated answers.
ON_THE_WAY = {"runs", "deliveries", "sightings", "validators", "source_marks", "meta", "stories", "threads"}
MOVING = {"id", "item_id", "run", "state", "attempts", "first_try", "next_try", "settled_at", "transport", "holder"}


def stands(home: Path) -> Callable[[Say], None]:
    """Say the state of every digest by its Message-ID, and what is wrong with the database."""

    def work(say: Say) -> None:
        with open_installation(home) as installation, installation.store.reading() as session:
            digests = list_digests(session)
            say({"states": {d.message_id: d.state.value for d in digests}, "problems": installation.store.problems()})

    return work


def content(home: Path) -> Callable[[Say], None]:
    """Say what each table holds, without what is different whenever a process dies on the way."""

    def work(say: Say) -> None:
        with open_installation(home) as installation, installation.store.reading() as session:
            for name in table_names():
                if name in ON_THE_WAY:
                    continue
                rows = [settled(name, row) for row in read_rows(session, name)]
                if name == "feedback":  # who got no thanks presses again: the last answer counts
                    rows = list({(row["digest_id"], row["source"], row["key"]): row for row in rows}.values())
                for row in rows:
                    say(f"{name} {json.dumps(row, sort_keys=True, ensure_ascii=False)}")

    return work


def settled(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what does not depend on how often the step was begun."""
    moving = MOVING - {"id"} if name in ("digests", "actions") else MOVING
    kept = {column: value for column, value in row.items() if column not in moving}
    if "message" in kept:
        kept["message"] = hashlib.sha256(kept["message"].encode()).hexdigest()
    return kept


def settle(home: Path, accepted: Mapping[str, int]) -> Callable[[Say], None]:
    """Look into the outbox as a coordinator, decide each doubt by the mail server's log, and send again."""

    def work(say: Say) -> None:
        with open_installation(home) as installation:
            doubts = [row for row in outbox_values(installation) if row["state"] == DigestState.UNCLEAR]
            shown = shown_outbox(installation)
            word = STATE_WORDS[DigestState.UNCLEAR]
            lines = [line for line in shown.splitlines() if word in line]
            say({"unclear": len(doubts), "shown": sum(any(r["id"][:8] in line for line in lines) for r in doubts)})
            with installation.store.reading() as session:
                names = {digest.id: digest.message_id for digest in list_digests(session)}
            for row in doubts:
                arrived = bool(accepted.get(names[row["id"]]))
                given = {"again": "" if arrived else row["id"], "sent": row["id"] if arrived else ""}
                decide(installation, **given, release=False, now=SETTLED)
            send_due(installation.store, transport_of(installation.settings), now=SETTLED)

    return work


def shown_outbox(installation: Installation) -> str:
    """Return what `utkik outbox` shows."""
    paper = io.StringIO()
    show_outbox(installation, Console(file=paper, width=200))
    return paper.getvalue()

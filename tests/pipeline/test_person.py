"""A person shown and forgotten: not a trace of the address in database, letters or logs, and every number kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.archive import export_ledger
from pipeline.installation import Installation
from pipeline.ledger import Period, ledger_values
from pipeline.person import forget_person, person_values
from pipeline.person_commands import told
from pipeline.transport import FolderTransport
from store.contacts import mark_contact
from store.db import Store
from store.digests import count_by_state, get_digest
from store.errors import ConfigurationError
from store.feedback import list_feedback, save_feedback
from store.organisation import list_changes, note_change
from store.persons import Address
from store.runs import begin_run, end_run
from store.types import Answer, ContactState, Feedback, Item, OrganisationChange, Outcome, Reach
from tests.pipeline.ledgers import KEY, NOW, fill_ledger, letter, make_installation, sent_digest

CANARY = "kanariefagel@example.org"


@pytest.fixture
def installation(store: Store, tmp_path: Path, make_item: Callable[..., Item]) -> Installation:
    """Provköping, and a former contact person who is in every place where one can be."""
    fill_ledger(store, make_item)
    text = "Brevet går till Kanariefagel@Example.org för skolan.\r\nTill kanarie=\r\nfagel=40example.org också."
    digest = sent_digest(store, "k1", contact=CANARY, week="2026-W20", message=letter(CANARY, "rektorn", text))
    hidden = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(f"Till {CANARY}, hej".encode())
    sent_digest(store, "k2", contact=CANARY, week="2026-W21", message=hidden)
    with store.session() as session:
        state = ContactState(
            municipality=KEY, email=CANARY, state=Reach.UNREACHABLE, since=NOW, reason=f"{CANARY} svarar ej"
        )
        mark_contact(session, state)
        save_feedback(session, Feedback(digest_id="k1", source="cellar", key="32026L0001", answer=Answer.ACT, at=NOW))
        run = begin_run(session, "send", now=NOW)
        end_run(session, replace(run, ended_at=NOW, outcome=Outcome.FAILED, message=f"RCPT TO {CANARY}: 550"))
    found = make_installation(store, tmp_path)
    FolderTransport(found.settings.outbox).deliver(digest, sender="a@example.org", before_data=lambda: None)
    found.settings.logs.mkdir()
    (found.settings.logs / "send.log").write_text(f"digest k1 to {CANARY}: refused\n", encoding="utf-8")
    return found


def test_extract_has_every_row_answer_and_file_and_no_other_persons(installation: Installation) -> None:
    values = person_values(installation, CANARY.upper())
    assert {name: len(rows) for name, rows in values["tables"].items()} == {
        "contact_states": 1,
        "digests": 2,
        "runs": 1,
    }
    assert [row["answer"] for row in values["answers"]] == ["act"]
    assert len(values["files"]) == 2
    assert "vatten@example.org" not in json.dumps(values)
    assert "rektorn" in json.dumps(values, ensure_ascii=False) or "Brevet" in json.dumps(values)
    assert person_values(installation, "ingen@example.org")["tables"] == {}


def test_forgotten_person_leaves_no_trace_and_every_number_stays(installation: Installation, tmp_path: Path) -> None:
    before = [
        (row["week"], row["state"], row["items"], row["answers"]) for row in ledger_values(installation, Period())
    ]
    done = forget_person(installation, CANARY, now=NOW + timedelta(days=1))
    after = [(row["week"], row["state"], row["items"], row["answers"]) for row in ledger_values(installation, Period())]
    assert sorted(after) == sorted(before)
    assert (done["rows"], done["files"]) == ({"contact_states": 1, "digests": 2, "runs": 1}, 2)
    export_ledger(installation, tmp_path / "arkiv", Period())
    assert_gone(installation, tmp_path)
    with installation.store.reading() as session:
        assert count_by_state(session) == {"sent": 5}
        assert len(list_feedback(session, digest_id="k1")) == 1
        digest = get_digest(session, "k1")
    assert digest is not None
    assert digest.contact == done["called"]
    assert digest.message.count(done["called"].encode()) == 3
    assert any("arkivet" in line for line in told(done))
    assert forget_person(installation, CANARY, now=NOW)["rows"] == {}


def assert_gone(installation: Installation, folder: Path) -> None:
    """Look for the canary in every byte of every file, and in every value that PostgreSQL would give."""
    assert person_values(installation, CANARY)["tables"] == {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert b"kanarie" not in content, path
            assert base64.b64encode(b"Till kanarief")[:12].lower() not in content, path
        assert "kanarie" not in path.name.lower()


def test_contact_who_is_still_in_the_municipalitys_file_is_not_forgotten(installation: Installation) -> None:
    with pytest.raises(ConfigurationError, match="Skolförvaltningen, kontaktperson"):
        forget_person(installation, "skola@example.org", now=NOW)
    with pytest.raises(ConfigurationError, match="ingen e-postadress"):
        forget_person(installation, "skola", now=NOW)


def test_address_within_a_longer_one_is_another_persons() -> None:
    address = Address("anna@example.org")
    for text in ("johanna@example.org", "anna@example.org.se", "a.anna@example.org", "anna@example.orgs"):
        assert address.replaced(text, "x@example.org") == text
    assert address.replaced("Till <Anna@example.org>.", "x@y.se") == "Till <x@y.se>."
    assert address.replaced({"anna@example.org": ["anna@example.org", 1]}, "x") == {"x": ["x", 1]}


def test_forgotten_person_leaves_the_history_of_the_organisation_and_the_version_beside_the_file(
    installation: Installation,
) -> None:
    beside = installation.settings.home / "municipality.toml.bak"
    beside.write_text(f'email = "{CANARY}"\n', encoding="utf-8")
    with installation.store.session() as session:
        text = f'email = "{CANARY}"\n'
        change = OrganisationChange(municipality=KEY, at=NOW, account_id="", role="", what="ändrade", text=text)
        note_change(session, change)
    assert str(beside) in person_values(installation, CANARY)["files"]
    forget_person(installation, CANARY, now=NOW)
    assert CANARY not in beside.read_text(encoding="utf-8")
    with installation.store.reading() as session:
        (change,) = list_changes(session, KEY)
    assert CANARY not in change.text

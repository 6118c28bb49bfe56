"""Sending into a folder: readable files with names that never collide, and nothing half written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.folder import FolderTransport, file_stem, html_of
from pipeline.send import send_due
from store.claims import claim
from store.db import Store
from store.digests import deliveries, due_ids, get_digest
from store.types import Outcome
from tests.pipeline.outbox import NOW, fill_outbox, message_to, states


def test_each_digest_becomes_a_mail_file_and_a_page(store: Store, tmp_path: Path) -> None:
    fill_outbox(store, 2)
    run = send_due(store, FolderTransport(tmp_path / "outbox"), now=NOW)
    folder = tmp_path / "outbox" / "2026-W34"
    assert sorted(path.name for path in folder.iterdir()) == [
        "mellerud-kontakt00_at_mellerud.example.org.eml",
        "mellerud-kontakt00_at_mellerud.example.org.html",
        "mellerud-kontakt01_at_mellerud.example.org.eml",
        "mellerud-kontakt01_at_mellerud.example.org.html",
    ]
    mail = folder / "mellerud-kontakt00_at_mellerud.example.org.eml"
    assert mail.read_bytes() == message_to("kontakt00@mellerud.example.org")
    assert mail.with_suffix(".html").read_text(encoding="utf-8").strip() == "<p>åäö</p>"
    assert run.message == "2 av 2 skickade."
    assert send_due(store, FolderTransport(tmp_path / "outbox"), now=NOW).counts == {"due": 0, "recovered": 0}


def test_path_of_a_digest_is_where_it_was_written(sqlite_store: Store, tmp_path: Path) -> None:
    fill_outbox(sqlite_store, 1)
    transport = FolderTransport(tmp_path)
    send_due(sqlite_store, transport, now=NOW)
    with sqlite_store.reading() as session:
        digest = get_digest(session, "kontakt00")
    assert digest is not None
    assert transport.path_of(digest).is_file()


def test_names_of_two_contacts_never_collide_and_never_leave_the_folder() -> None:
    pairs = [
        ("a", "b-c@example.org"), ("a-b", "c@example.org"), ("a", "b_at_c@example.org"), ("a", "b@c_at_example.org"),
        ("a", "../../etc@example.org"), ("a", "b+c@example.org"), ("a", "b=2bc@example.org"), ("a", "å@example.org"),
        ("a", "x" * 300 + "@example.org"), ("a", "x" * 301 + "@example.org"),
    ]  # fmt: skip
    stems = [file_stem(municipality, contact) for municipality, contact in pairs]
    assert len({*stems[1:]}) == len(stems) - 1
    assert all("/" not in stem and len(stem) < 240 for stem in stems)


def test_F31_digest_left_half_written_is_written_again(sqlite_store: Store, tmp_path: Path) -> None:
    (contact,) = fill_outbox(sqlite_store, 1)
    with sqlite_store.session() as session:
        claim(session, "kontakt00", NOW, transport="folder")
    run = send_due(sqlite_store, FolderTransport(tmp_path), now=NOW)
    assert (run.counts["recovered"], states(sqlite_store)) == (1, {contact: "sent"})


def test_F33_folder_that_cannot_be_written_puts_the_batch_off(sqlite_store: Store, tmp_path: Path) -> None:
    fill_outbox(sqlite_store, 3)
    (tmp_path / "outbox").write_text("en fil i vägen", encoding="utf-8")
    run = send_due(sqlite_store, FolderTransport(tmp_path / "outbox"), now=NOW)
    assert run.outcome == Outcome.FAILED
    assert set(states(sqlite_store).values()) == {"retry"}


def test_message_without_a_page_gives_only_the_mail_file(sqlite_store: Store, tmp_path: Path) -> None:
    fill_outbox(sqlite_store, 1)
    with sqlite_store.reading() as session:
        digest = get_digest(session, "kontakt00")
    assert digest is not None
    plain = replace(digest, message=b"From: a@example.org\r\nSubject: x\r\n\r\nHej\r\n")
    assert html_of(plain.message) == ""
    FolderTransport(tmp_path).deliver(plain, sender="a@example.org", before_data=lambda: None)
    assert [path.suffix for path in (tmp_path / "2026-W34").iterdir()] == [".eml"]


def test_folder_that_cannot_be_written_is_no_mail_server(sqlite_store: Store, tmp_path: Path) -> None:
    fill_outbox(sqlite_store, 2)
    (tmp_path / "outbox").touch()
    run = send_due(sqlite_store, FolderTransport(tmp_path / "outbox"), now=NOW)
    assert run.message.startswith("0 av 2 skickade, försöker igen ")
    with sqlite_store.reading() as session:
        told = [deliveries(session, digest_id)[-1].detail for digest_id in due_ids(session, NOW + timedelta(hours=1))]
    assert [detail.partition(" (")[0] for detail in told] == ["mappen går inte att skriva i"] * 2

"""Nothing of one municipality is in another's letters, ledger, reports or files, though one address reads for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive import export_ledger
from pipeline.candidates import read_candidates, verdicts_until
from pipeline.currency import Week
from pipeline.installation import Installation
from pipeline.labels import read_labels
from pipeline.learn import learn_now
from pipeline.leaving import reach_again
from pipeline.ledger import Period, ledger_values, told_values
from pipeline.model_report import model_values
from pipeline.report_commands import reports_folder, write_annual
from pipeline.schedule import Worker
from store.actions import list_actions, save_action
from store.analyses import save_analysis, signed_analyses
from store.contacts import contact_states, mark_contact
from store.corrections import list_corrections
from store.feedback import list_feedback, save_feedback
from store.frame_columns import FRAMES
from store.frame_export import export_frame
from store.frames import open_frames
from store.types import Action, Analysis, Answer, ContactState, Feedback, Reach, Ruling, Verdict
from store.verdicts import latest_verdicts, save_verdict
from tests.pipeline.making import candidate
from tests.pipeline.several import bring, file_text, letters, make_home, opened, text_of_letter

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 07:00 in Stockholm, week 48
DAY = timedelta(days=1)
OURS = "enbartbro"  # in everything that Bro has said
OF_TITLES = {"skola": "Skolor och fritid", "avlopp": "Rening av avlopp", "dold": "Dold nyhet"}
UNITS = (
    {"key": "skola", "name": "Skolan", "areas": '"school"', "email": "gemensam@example.org"},
    {"key": "vatten", "name": "Vatten", "areas": '"water"', "email": "gemensam@example.org"},
)


def worker(installation: Installation, now: datetime) -> Worker:
    return Worker(installation, clock=lambda: now)


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Give Bro and Ås with the same reader and a week of letters; then Bro has said much, and Ås nothing."""
    files = {"": file_text("Bro", "0001", units=UNITS), "ås": file_text("Ås", "0002", units=UNITS)}
    with opened(make_home(tmp_path / "home", database_url, files)) as installation:
        worker(installation, MONDAY - 5 * DAY).work()
        bring(installation.store, candidate("skola", OF_TITLES["skola"]), at=MONDAY - DAY)
        worker(installation, MONDAY).work()
        _let_bro_speak(installation)
        yield installation


def _let_bro_speak(installation: Installation) -> None:
    store, bro = installation.store, installation.of("bro").municipality
    first = letters(store, "bro")["gemensam@example.org"]
    at = MONDAY + DAY
    hidden = candidate("dold", OF_TITLES["dold"], relevance=0.2, areas={"water": 0.9})
    sewage = candidate("avlopp", OF_TITLES["avlopp"], areas={"water": 0.9})
    bring(store, hidden, sewage, at=at)
    with store.session() as session:
        for key, ruling in (("dold", Ruling.SEND), ("avlopp", Ruling.DROP)):
            save_verdict(
                session,
                Verdict(municipality="bro", source="feeds", key=key, ruling=ruling, at=at, by="samordnaren", note=OURS),
            )
        save_action(
            session,
            Action(
                id="a1",
                municipality="bro",
                source="feeds",
                key="skola",
                unit="skola",
                title=OURS,
                created_at=at,
                due=date(2026, 11, 20),
                owner=OURS,
                note=OURS,
            ),
        )
        save_analysis(
            session,
            Analysis(
                municipality="bro",
                source="feeds",
                key="avlopp",
                meaning=OURS,
                proposal=OURS,
                written_at=at,
                author="samordnaren",
                signed_by="samordnaren",
                signed_at=at,
            ),
        )
        save_feedback(
            session,
            Feedback(
                digest_id=first.id,
                source="feeds",
                key="skola",
                answer=Answer.PASS_ON,
                at=at,
                unit="skola",
                passed_to="vatten",
                note=OURS,
            ),
        )
        assert learn_now(session, bro, now=at).is_new


def test_letters_tell_only_what_the_own_municipality_has_said(served: Installation) -> None:
    next_monday = MONDAY + 7 * DAY
    worker(served, next_monday).work()
    bro = text_of_letter(letters(served.store, "bro", "2026-W49")["gemensam@example.org"])
    there = letters(served.store, "ås", "2026-W49")
    assert OF_TITLES["dold"] in bro  # Bro's coordinator sent it
    assert OF_TITLES["avlopp"] not in bro  # and dropped that
    ours = text_of_letter(there["gemensam@example.org"])
    assert OF_TITLES["avlopp"] in ours
    assert OF_TITLES["dold"] not in ours
    assert not any(OURS in text_of_letter(letter) for letter in there.values())
    first = letters(served.store, "ås", "2026-W48")["gemensam@example.org"]
    assert first.message_id != letters(served.store, "bro", "2026-W48")["gemensam@example.org"].message_id


def test_who_ends_the_letters_of_one_still_gets_those_of_the_other(served: Installation) -> None:
    with served.store.session() as session:
        mark_contact(
            session,
            ContactState(municipality="bro", email="gemensam@example.org", state=Reach.UNSUBSCRIBED, since=MONDAY),
        )
    worker(served, MONDAY + 7 * DAY).work()
    assert "gemensam@example.org" not in letters(served.store, "bro", "2026-W49")
    assert "gemensam@example.org" in letters(served.store, "ås", "2026-W49")
    with served.store.reading() as session:
        assert contact_states(session, "ås") == {}
    assert not reach_again(served.store, served.of("ås").municipality, "gemensam@example.org", now=MONDAY)


def test_what_is_stored_is_read_for_the_own_municipality_alone(served: Installation) -> None:
    place = served.of("ås").municipality
    item = [("feeds", "skola"), ("feeds", "avlopp"), ("feeds", "dold")]
    with served.store.reading() as session:
        assert latest_verdicts(session, "ås") == {}
        assert list_actions(session, municipality="ås") == []
        assert signed_analyses(session, "ås", item) == {}
        assert list_feedback(session, municipality="ås") == []
        assert list_corrections(session, "ås") == []
        assert read_labels(session, place, now=MONDAY + 2 * DAY) == []
        assert model_values(session, place, now=MONDAY + 2 * DAY)["labels"]["counted"] == 0
        week = Week(MONDAY + 2 * DAY)
        found = read_candidates(session, place, verdicts_until(session, place, week), week)
    assert {one.item.key for one in found} == {"skola", "avlopp"}
    assert all(one.learned is None and one.analysis is None for one in found)


@pytest.mark.parametrize("key", ["bro", "ås"])
def test_ledger_and_its_export_hold_the_own_letters_alone(served: Installation, tmp_path: Path, key: str) -> None:
    here, period = served.of(key), Period()
    with served.store.reading() as session:
        assert list_feedback(session, municipality="bro") != []
    ids = {digest.id for digest in letters(served.store, key).values()}
    assert {row["id"] for row in ledger_values(here, period)} == ids
    assert len(told_values(here, "Skolor", period)) == 1
    assert export_ledger(here, tmp_path / "arkiv", period) == len(ids)
    content = b"".join(path.read_bytes() for path in (tmp_path / "arkiv").rglob("*") if path.is_file())
    other = next(iter(letters(served.store, {"bro": "ås", "ås": "bro"}[key]).values()))
    assert other.id.encode() not in content
    assert other.message_id.encode() not in content


def test_yearly_follow_up_of_each_stands_by_itself(served: Installation) -> None:
    for key in ("bro", "ås"):
        here = served.of(key)
        write_annual(here, 2026, reports_folder(here), MONDAY + 2 * DAY)
    bro, there = (reports_folder(served.of(key)) for key in ("bro", "ås"))
    assert bro != there

    def everything(folder: Path) -> bytes:
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert OURS.encode() in everything(bro)
    assert OURS.encode() not in everything(there)


@pytest.mark.parametrize("frame", sorted(name for name, spec in FRAMES.items() if spec.municipality is not None))
def test_exported_frames_hold_the_own_rows_alone(served: Installation, tmp_path: Path, frame: str) -> None:
    def text_of(key: str) -> str:
        with open_frames(served.settings.store_url) as frames:
            export_frame(frames, frame, tmp_path / f"{key}.csv", municipality=key)
        return (tmp_path / f"{key}.csv").read_text(encoding="utf-8-sig")

    assert OURS not in text_of("ås")
    assert "bro" not in text_of("ås").replace("example", "")

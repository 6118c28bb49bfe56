"""One installation, several municipalities: each has its own weeks, and what fails for one stops none of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.attention import learning_faults
from pipeline.by_municipality import FAULT_IN_LEARNING, Stopped, for_each, keys_to_learn, learn_each
from pipeline.due import Facts, LetterFacts, Slot, StepName, due, untried
from pipeline.due_facts import read_facts
from pipeline.installation import Installation
from pipeline.lateness import ON_TIME, Lateness
from pipeline.municipality import find_municipality
from pipeline.municipality_files import add_municipalities, remove_municipality, wanted_files
from pipeline.perform import perform
from pipeline.schedule import Worker
from pipeline.status import status_of
from store.db import Store
from store.digests import list_digests
from store.errors import ModelError, PartlyDone
from store.types import Outcome, Ruling, Run, Verdict
from store.verdicts import save_verdict
from tests.pipeline.making import candidate
from tests.pipeline.several import bring, file_text, letters, make_home, opened, text_of_letter

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 07:00 in Stockholm, week 48
WEDNESDAY = MONDAY + timedelta(days=2, hours=5)
DAY = timedelta(days=1)


def worker(installation: Installation, now: datetime) -> Worker:
    return Worker(installation, clock=lambda: now)


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'utkik.db'}"


def contacts(installation: Installation, municipality: str) -> list[str]:
    return sorted(letters(installation.store, municipality))


def test_municipality_added_in_the_middle_of_the_week_gets_its_first_letters_in_the_same_week(
    database_url: str, tmp_path: Path
) -> None:
    home = make_home(tmp_path / "home", database_url, {"": file_text("Bro", "0001")})
    with opened(home) as installation:
        worker(installation, MONDAY - 5 * DAY).work()  # the schedule has been kept since last week
        bring(installation.store, candidate("a"), at=MONDAY - DAY)
        worker(installation, MONDAY).work()
        assert contacts(installation, "bro") == ["skola@example.org"]
        add_municipalities(installation.settings, list(wanted_files(["varberg"], [], all_listed=False)))
        serving = worker(installation, WEDNESDAY)
        serving.work()
        assert not serving.failed
        with installation.store.reading() as session:
            found = [(d.municipality, d.week, d.state) for d in list_digests(session)]
        assert {week for _, week, _ in found} == {"2026-W48"}
        assert sum(place == "bro" for place, _, _ in found) == 1
        ours = letters(installation.store, "varberg")
        organisation = find_municipality("varberg").units.values()
        assert set(ours) == {unit.contact.email for unit in organisation if unit.contact}
        assert {state for _, _, state in found} == {"sent"}
        told = " ".join(text_of_letter(letter) for letter in ours.values())
        assert "Försenat" not in told
        assert "fick inget brev" not in told
        worker(installation, WEDNESDAY + DAY).work()
        with installation.store.reading() as session:
            assert len(list_digests(session)) == len(found)
        worker(installation, MONDAY + 7 * DAY).work()
        assert {digest.week for digest in letters(installation.store, "varberg").values()} == {"2026-W49"}


def test_all_290_can_be_added_at_once_and_all_get_their_week(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", sqlite(tmp_path), {"": file_text("Bro", "0001")})
    with opened(home) as installation:
        added = add_municipalities(installation.settings, list(wanted_files([], [], all_listed=True)), skip_known=True)
        assert len(added) == 290
        assert (
            add_municipalities(installation.settings, list(wanted_files([], [], all_listed=True)), skip_known=True)
            == []
        )
    with opened(home) as installation:
        assert len(installation.municipalities) == 291
        assert len({one.key for one in installation.municipalities}) == 291
        assert installation.municipalities[0].key == "bro"
        assert installation.of("habo").municipality.code == "0643"
        assert installation.of("håbo").municipality.code == "0305"


def test_spoilt_file_leaves_what_it_said_and_is_told_to_its_coordinator_alone(
    database_url: str, tmp_path: Path
) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")}
    home = make_home(tmp_path / "home", database_url, files)
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY - DAY)
        worker(installation, MONDAY - 3 * DAY).work()
    (home / "municipalities" / "ås.toml").write_text('name = "Ås kommun"\nshrt = "Ås"\n', encoding="utf-8")
    with opened(home) as installation:  # begun again after the file was spoilt
        worker(installation, MONDAY).work()
        assert contacts(installation, "bro") == ["skola@example.org"]
        assert contacts(installation, "ås") == ["samordnare@as.example.org", "skola@example.org"]
        told = text_of_letter(letters(installation.store, "ås")["samordnare@as.example.org"])
        assert "Kommunens fil" in told
        assert "shrt" in told
        assert "Kommunens fil" not in text_of_letter(letters(installation.store, "bro")["skola@example.org"])


def test_what_fails_for_one_is_done_for_the_others_and_then_raised(tmp_path: Path) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002"), "ö": file_text("Ö", "0003")}
    home = make_home(tmp_path / "home", sqlite(tmp_path), files)
    done: list[str] = []

    def do(one: Installation) -> Run:
        if one.municipality.key == "ås":
            raise ModelError("its correction")
        if one.municipality.key == "bro":
            raise ZeroDivisionError
        done.append(one.municipality.key)
        return Run(id="1", step="compose", subject="", started_at=MONDAY, outcome=Outcome.COMPLETE)

    with opened(home) as installation:
        with pytest.raises(PartlyDone, match="gick inte för bro, ås") as caught:
            for_each(installation, ["bro", "ås", "ö", "borta"], "Brev", do)
        assert caught.value.failed == ("bro", "ås")
        assert done == ["ö"]

        def stop(_: Installation) -> Run:
            raise Stopped

        with pytest.raises(Stopped):
            for_each(installation, ["bro", "ås"], "Brev", stop)


def facts(**letter_facts: LetterFacts) -> Facts:
    return Facts(slot=Slot.parse("mon 07:00"), since=datetime(2026, 1, 1, tzinfo=UTC), letters=letter_facts)


def test_only_those_whose_week_is_not_written_are_due_each_with_its_own_lateness() -> None:
    before = frozenset({"2026-W47"})
    known = facts(
        done=LetterFacts(composed=before | {"2026-W48"}, told=before),
        lacking=LetterFacts(composed=before, told=before),
        new=LetterFacts(since=MONDAY + DAY),
        newer=LetterFacts(since=MONDAY + 2 * DAY),
        was_off=LetterFacts(composed=frozenset({"2026-W46"})),
    )
    found = {step.municipalities: step.late for step in due(WEDNESDAY, known) if step.name is StepName.COMPOSE}
    slot = Slot.parse("mon 07:00").in_week("2026-W48")
    assert found == {
        ("lacking",): Lateness(slot),
        ("new", "newer"): ON_TIME,
        ("was_off",): Lateness(slot, ("2026-W47",)),
    }


def test_step_is_tried_once_for_each_municipality() -> None:
    (step,) = due(MONDAY, facts(bro=LetterFacts(), ås=LetterFacts()))
    assert untried([step], set()) == step
    left = untried([step], {(StepName.COMPOSE, "bro"), (StepName.COMPOSE, "")})
    assert left is not None
    assert left.municipalities == ("ås",)
    assert untried([step], {(StepName.COMPOSE, "bro"), (StepName.COMPOSE, "ås")}) is None


def test_municipality_that_is_taken_away_keeps_its_data_and_its_letters_wait(database_url: str, tmp_path: Path) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")}
    home = make_home(tmp_path / "home", database_url, files)
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY - DAY)
        worker(installation, MONDAY - 3 * DAY).work()
        only_written = worker(installation, MONDAY)
        only_written.doing = lambda made, step, now, go_on: (
            "" if step.name is StepName.SEND else Worker(made).doing(made, step, now, go_on)
        )
        only_written.work()
        path, held = remove_municipality(installation, "ås", now=MONDAY)
        assert held == 1
        assert path.name == "ås.2026-11-23T070000.borttagen"
    with opened(home) as installation:
        assert [one.key for one in installation.municipalities] == ["bro"]
        worker(installation, MONDAY + timedelta(minutes=5)).work()
        assert {d.state for d in letters(installation.store, "bro").values()} == {"sent"}
        assert {d.state for d in letters(installation.store, "ås").values()} == {"held"}
        add_municipalities(installation.settings, list(wanted_files([], [path], all_listed=False)))
    with opened(home) as installation:
        assert [one.key for one in installation.municipalities] == ["bro", "ås"]


def test_after_an_assessment_only_those_who_have_said_something_are_learnt_of(store: Store, tmp_path: Path) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")}
    with opened(make_home(tmp_path / "home", sqlite(tmp_path), files)) as opened_one:
        installation = replace(opened_one, store=store)
        bring(store, candidate("a"), at=MONDAY - DAY)
        assert keys_to_learn(installation, MONDAY) == ["bro", "ås"]
        learn_each(installation, ["bro", "ås"], MONDAY)
        assert keys_to_learn(installation, MONDAY + DAY) == []
        with store.session() as session:
            ruled = Verdict(
                municipality="ås", source="feeds", key="a", ruling=Ruling.SEND, at=MONDAY + DAY, by="samordnaren"
            )
            save_verdict(session, ruled)
        assert keys_to_learn(installation, MONDAY + DAY) == ["ås"]
        learn_each(installation, ["ås"], MONDAY + DAY + timedelta(minutes=1))
        assert keys_to_learn(installation, MONDAY + 2 * DAY) == []
        assert keys_to_learn(installation, MONDAY + 7 * DAY) == ["bro", "ås"]


def test_writing_that_is_stopped_between_two_municipalities_is_finished_at_the_next_waking(
    database_url: str, tmp_path: Path
) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")}
    with opened(make_home(tmp_path / "home", database_url, files)) as installation:
        store = installation.store
        bring(store, candidate("a"), at=MONDAY - DAY)
        worker(installation, MONDAY - 3 * DAY).work()
        (step,) = [one for one in due(MONDAY, read_facts(installation, MONDAY)) if one.name is StepName.COMPOSE]
        assert step.municipalities == ("bro", "ås")

        def go_on() -> None:
            if letters(store, "bro"):
                raise Stopped

        with pytest.raises(Stopped):
            perform(installation, step, MONDAY, go_on)
        before = letters(store, "bro")
        assert letters(store, "ås") == {}
        (left,) = [one for one in due(MONDAY, read_facts(installation, MONDAY)) if one.name is StepName.COMPOSE]
        assert left.municipalities == ("ås",)
        worker(installation, MONDAY).work()
        assert [one.id for one in letters(store, "bro").values()] == [one.id for one in before.values()]
        assert list(letters(store, "ås")) == ["skola@example.org"]


def test_fault_in_what_one_has_taught_is_told_to_its_coordinator_and_stops_nobody(store: Store, tmp_path: Path) -> None:
    files = {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")}
    with opened(make_home(tmp_path / "home", sqlite(tmp_path), files)) as opened_one:
        installation = replace(opened_one, store=store)
        bring(store, candidate("a"), at=MONDAY - DAY)
        worker(installation, MONDAY - 3 * DAY).work()
        odd = installation.of("ås").municipality.model_copy(update={"thresholds": None})
        runs = learn_each(replace(installation, municipality=odd), ["ås", "bro"], MONDAY)
        assert [(run.subject, run.outcome) for run in runs] == [("ås", "failed"), ("bro", "complete")]
        assert [one["key"] for one in status_of(installation)["municipalities"] if one["learning"]] == ["ås"]
        with store.reading() as session:
            told = {key: learning_faults(session, installation.of(key).municipality) for key in ("bro", "ås")}
        assert told["bro"] == []
        assert told["ås"] == [FAULT_IN_LEARNING]

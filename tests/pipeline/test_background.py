"""Work beside a request: one of a name at a time, told how far it is, and what takes long is worked out once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.background import Background, Keeper, Task, turn
from store.db import open_store
from store.errors import StepBusy, StoreError
from tests.pipeline.making import NOW


def test_second_work_of_a_name_is_not_begun_until_the_first_is_over() -> None:
    background, go_on = Background(), threading.Event()

    def work(task: Task) -> str:
        go_on.wait(10)
        return task.name

    first = background.start("send", work, by="a", now=NOW)
    assert first is not None
    assert background.start("send", work, by="b", now=NOW) is None
    assert background.start("read feeds", work, by="b", now=NOW) is not None
    go_on.set()
    background.join()
    assert (first.is_over, first.is_failed, first.message) == (True, False, "send")
    assert background.start("send", work, by="b", now=NOW) is not None
    background.join()


def test_known_fault_is_told_in_its_own_words_and_an_unknown_one_is_not(caplog: pytest.LogCaptureFixture) -> None:
    background = Background()

    def known(task: Task) -> str:
        raise StoreError("Disken är full.")

    def unknown(task: Task) -> str:
        raise RuntimeError("kontakt@example.org")

    one = background.start("a", known, by="", now=NOW)
    other = background.start("b", unknown, by="", now=NOW)
    background.join()
    assert one is not None
    assert other is not None
    assert (one.is_failed, one.message) == (True, "Disken är full.")
    assert other.is_failed
    assert "example.org" not in other.message + caplog.text
    assert "RuntimeError at " in caplog.text


def test_turn_comes_when_the_other_lets_go_and_is_given_up_after_its_time(tmp_path: Path) -> None:
    task = Task("send", "", NOW)
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as store:
        with store.exclusive("week"), pytest.raises(StepBusy), turn(store, "week", task, longest=0.1):
            pass
        assert task.stage == "Väntar på att en annan körning ska bli klar"
        held, release = threading.Event(), threading.Event()

        def hold() -> None:
            with store.exclusive("week"):
                held.set()
                release.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        threading.Timer(0.2, release.set).start()
        with turn(store, "week", task, longest=10.0):
            assert release.is_set()
        holder.join()


def test_busy_inside_ones_own_turn_is_not_taken_for_waiting(tmp_path: Path) -> None:
    with (
        open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as store,
        pytest.raises(StepBusy),
        turn(store, "week", Task("send", "", NOW)),
    ):
        raise StepBusy("Steget 'send' är redan igång")


def test_what_is_kept_is_worked_out_once_for_each_mark() -> None:
    keeper, asked = Keeper(), []

    def work() -> int:
        asked.append(1)
        return len(asked)

    assert keeper.get("tal", "a", work, wait=10) == (1, True)
    assert keeper.get("tal", "a", work, wait=10) == (1, True)
    assert keeper.get("tal", "b", work, wait=10) == (2, True)
    keeper.forget("tal")
    assert keeper.get("tal", "b", work, wait=10) == (3, True)


def test_slow_work_is_not_waited_for_and_the_old_is_shown_meanwhile() -> None:
    keeper, go_on = Keeper(), threading.Event()

    def slow() -> str:
        go_on.wait(10)
        return "ny"

    assert keeper.get("tal", 1, slow, wait=0) == (None, False)
    go_on.set()
    keeper.join()
    assert keeper.get("tal", 1, slow, wait=0) == ("ny", True)
    go_on.clear()
    assert keeper.get("tal", 2, slow, wait=0) == ("ny", False)
    go_on.set()
    keeper.join()
    assert keeper.get("tal", 2, slow, wait=0) == ("ny", True)


def test_work_that_fails_is_tried_again_at_the_next_look() -> None:
    keeper, tries = Keeper(), []

    def work() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("x")
        return "gick"

    assert keeper.get("tal", 1, work, wait=10) == (None, False)
    assert keeper.has_failed("tal")
    assert keeper.get("tal", 1, work, wait=10) == ("gick", True)
    assert not keeper.has_failed("tal")

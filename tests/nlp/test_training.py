"""A correction learns what the knowledge does not know, within a kind, and refuses what cannot be learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.evaluation import Case, Label
from nlp.training import Correction, Reading, probabilities, readings_of
from nlp.trial import compare, is_worth, main, splits
from store.errors import ModelError
from store.types import Concept, Item, Kind, Reference

SUBJECTS = ["laddplats", "fartygsmotor", "torgyta", "valutakurs"]


def reading(text: str, is_relevant: bool, known: float = -1.0, group: str = "news sv") -> Reading:
    return Reading(text, (), group, known, is_relevant, is_tuned=False)


def lesson() -> list[Reading]:
    """Forty readings: everything about charging places is relevant, everything about engines is not."""
    return [
        reading(
            f"{SUBJECTS[number % 2]} nummer {number}", number % 2 == 0, group="news sv" if number < 30 else "call sv"
        )
        for number in range(40)
    ]


def case(number: int, *, origin: str = "ett", day: date | None = None, call: str = "") -> Case:
    title = f"Om {SUBJECTS[number % 4]} {number}"
    meta = {"call": call} if call else {}
    item = Item(source="t", key=str(number), kind=Kind.NEWS, title=title, url="", published=day, meta=meta)
    return Case(item, Label(3 * (number % 2), (), ()), is_tuned=False, origin=origin)


def test_word_that_the_knowledge_lacks_is_learnt() -> None:
    good, bad = Correction().fit(lesson()).log_odds([reading("ny laddplats", False), reading("ny fartygsmotor", False)])
    assert good > -1.0 > bad


def test_compounds_of_the_word_are_learnt_with_it() -> None:
    compound, other = (
        Correction().fit(lesson()).log_odds([reading("laddplatserna", False), reading("ingenting", False)])
    )
    assert compound > other


def test_correction_moves_a_kind_by_nothing_on_the_whole() -> None:
    readings = lesson()
    moved = Correction().fit(readings).log_odds(readings) + 1.0
    news = np.array([one.group == "news sv" for one in readings])
    assert moved[news].mean() == pytest.approx(0.0, abs=1e-6)


def test_kind_that_was_never_met_is_moved_like_all() -> None:
    learnt = Correction().fit(lesson())
    seldom, never = learnt.log_odds([reading("torgyta", False, group=group) for group in ("call sv", "agency other")])
    assert seldom == never  # ten calls are too few for a middle of their own


@pytest.mark.parametrize("answer", [True, False])
def test_one_answer_teaches_nothing(answer: bool) -> None:
    with pytest.raises(ModelError, match="inget att lära"):
        Correction().fit([replace(one, is_relevant=answer) for one in lesson()])


def test_answers_that_are_no_numbers_are_refused() -> None:
    learnt = Correction().fit(lesson())
    with pytest.raises(ModelError, match="inte är tal"):
        learnt.log_odds([reading("laddplats", True, known=float("nan"))])


def test_learning_twice_gives_the_same() -> None:
    asked = [reading("laddplats vid torgyta", False)]
    assert Correction().fit(lesson()).log_odds(asked) == Correction().fit(lesson()).log_odds(asked)


def test_probabilities_of_log_odds() -> None:
    assert probabilities(np.array([0.0, 2.0])).round(3).tolist() == [0.5, 0.881]


def test_codes_of_the_source_are_read(assessor: Assessor) -> None:
    item = Item(
        source="t",
        key="1",
        kind=Kind.CALL,
        title="Clean water",
        url="",
        language="en",
        concepts=(Concept("directory", "15.10.20.20", "Water"),),
        references=(Reference("call", "LIFE-2031-SAP", "is"),),
        meta={"status": "Open"},
    )
    (found,) = readings_of([Case(item, Label(3, ("water",), ("funding",)), is_tuned=False)], assessor)
    assert {"directory_15_10_20_20", "directory_15", "call_life", "call_sap", "status_open"} <= set(found.codes)
    assert found.group == "call other"
    assert found.is_relevant


def test_siblings_of_one_call_are_kept_on_one_side() -> None:
    cases = [case(number, call=f"CALL-{number // 4}") for number in range(40)]
    for learnt_from, asked in splits(cases)["call and title"]:
        assert {n // 4 for n in learnt_from.tolist()} & {n // 4 for n in asked.tolist()} == set()


def test_origins_and_later_days_are_kept_apart() -> None:
    cases = [case(n, origin="abcd"[n % 4], day=date(2025 + n % 4 // 3, 5, 1)) for n in range(40)]
    found = splits(cases)
    assert [sorted({cases[n].origin for n in asked.tolist()}) for _, asked in found["other origins"]] == [
        ["a"],
        ["b"],
        ["c"],
        ["d"],
    ]
    ((_, later),) = found["later dates"]
    assert {cases[n].item.published for n in later.tolist()} == {date(2026, 5, 1)}


def test_comparison_tells_the_gain_and_within_what_it_lies(assessor: Assessor) -> None:
    found = compare([case(n) for n in range(80)], assessor)
    row = found["call and title"]["corrected"]
    assert row["gain at least"] <= row["gain"] <= row["gain at most"]
    assert row["average precision"] > found["call and title"]["knowledge"]["average precision"]
    assert not is_worth(found)  # neither origins nor days were kept apart


@pytest.mark.parametrize(("gain", "error", "worth"), [(0.03, 0.05, True), (0.02, 0.01, False), (0.10, 0.06, False)])
def test_weights_are_worth_having_only_with_both(gain: float, error: float, worth: bool) -> None:
    row = {"corrected": {"gain": gain, "calibration error": error}}
    good = {"corrected": {"gain": 0.1, "calibration error": 0.01}}
    assert is_worth({"other origins": good, "later dates": row}) is worth


def test_missing_labels_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--items", "finns-inte.jsonl", "--labels", "finns-inte.jsonl"])
    assert "finns-inte.jsonl is not there" in capsys.readouterr().err

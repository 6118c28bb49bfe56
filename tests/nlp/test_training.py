"""Training learns what the knowledge does not know, keeps kin apart when it is measured, and is calibrated."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.cases import Case, Label
from nlp.training import lesson_of, train
from nlp.trial import compare, main, splits
from store.types import Concept, Item, Kind, Reference

SUBJECTS = ["laddplats", "fartygsmotor", "torgyta", "valutakurs"]


def case(number: int, *, origin: str = "ett", day: date | None = None, call: str = "") -> Case:
    title = f"Om {SUBJECTS[number % 4]} {number}"
    meta = {"call": call} if call else {}
    item = Item(source="t", key=str(number), kind=Kind.NEWS, title=title, url="", published=day, meta=meta)
    areas = ("transport",) if number % 4 == 0 else ()
    flags = ("children_youth",) if number % 4 == 2 else ()
    return Case(item, Label(3 * (number % 2 == 0), areas, flags), is_tuned=False, origin=origin)


def trained(assessor: Assessor, cases: list[Case]) -> Assessor:
    return Assessor(assessor.knowledge, train(lesson_of(cases, assessor)))


def news(title: str) -> Item:
    return Item(source="t", key=title, kind=Kind.NEWS, title=title, url="", language="sv")


@pytest.fixture(scope="module")
def taught(assessor: Assessor) -> Assessor:
    """An assessor that was told that charging places matter and are transport, and that exchange rates do not."""
    return trained(Assessor(assessor.knowledge), [case(number) for number in range(80)])


def test_word_that_the_knowledge_lacks_is_learnt(taught: Assessor) -> None:
    good, bad = taught.assess([news("Ny laddplats"), news("Ny valutakurs")])
    assert good.relevance > 2 * bad.relevance
    assert next(iter(good.areas)) == "transport"


def test_compounds_of_the_word_are_learnt_with_it(taught: Assessor) -> None:
    compound, other = taught.assess([news("Laddplatserna invigs"), news("Ingenting invigs")])
    assert compound.relevance > other.relevance


def test_flag_of_children_is_learnt(taught: Assessor) -> None:
    yes, no = taught.assess([news("Om torgyta"), news("Om valutakurs")])
    assert yes.flags["children_youth"] > no.flags["children_youth"]


def test_batch_and_spelled_out_rows_are_the_same(assessor: Assessor) -> None:
    plain = Assessor(assessor.knowledge)
    cases = [case(number) for number in range(60)]
    lesson = lesson_of(cases, plain)
    learnt = train(lesson)
    reading, _, _, sums = Assessor(assessor.knowledge, learnt).read([one.item for one in cases])
    margins = learnt.margins(reading.signs, sums[1])
    spelled = lesson.words @ learnt.words.weights.astype(np.float64) + lesson.signs @ learnt.signs + learnt.bias
    assert np.abs(margins - spelled).max() < 1e-9


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
        meta={"status": "Open", "eligible_entities": "Public Body (national, regional and local), Other"},
    )
    signs = assessor.read([item])[0].signs.of(0)
    assert {"directory:15_10_20_20", "directory:15", "call:life", "call:sap", "status:open", "family:call"} <= set(
        signs
    )
    assert "eligible:public_body_national_regional_and_local_" in signs


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
    found = compare([case(n) for n in range(80)], Assessor(assessor.knowledge))
    row = found["call and title"]["trained"]
    gain, least, most = row["gain"]
    assert least <= gain <= most
    assert row["average precision"][0] > found["call and title"]["knowledge"]["average precision"][0]


def test_missing_labels_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--items", "finns-inte.jsonl", "--labels", "finns-inte.jsonl"])
    assert "finns-inte.jsonl is not there" in capsys.readouterr().err

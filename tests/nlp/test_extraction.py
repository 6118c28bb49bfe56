"""What a source gave is kept, and what the text says is added."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nlp.extraction import extract
from store.types import Deadline, Item, Kind, Money, Reference

PAGES = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "se" / "g0v" / "md" / "remisser_md_pages.json"
MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]


def _item(**values: Any) -> Item:
    return Item(**{"source": "s", "key": "k", "kind": Kind.CALL, "title": "Stöd till skolgårdar", "url": "", **values})


def test_deadline_of_the_source_is_not_doubled_by_the_text() -> None:
    given = Deadline(date(2026, 5, 5), "application")
    found = extract(_item(deadlines=(given,), text="Ansök senast den 7 maj 2026 kl. 15.00."), "sv")
    assert found.deadlines == (given,)


def test_hour_in_the_text_is_added_to_the_deadline_of_the_source() -> None:
    item = _item(deadlines=(Deadline(date(2026, 5, 5)),), text="Ansök senast den 5 maj 2026 kl. 15.00.")
    assert extract(item, "sv").deadlines == (Deadline(date(2026, 5, 5), "application", "kl. 15.00"),)


def test_deadline_in_meta_is_taken() -> None:
    assert extract(_item(meta={"deadline": "2026-05-05"}), "sv").deadlines == (Deadline(date(2026, 5, 5)),)


def test_meta_deadline_of_a_consultation_is_for_the_answer() -> None:
    item = _item(kind=Kind.CONSULTATION, meta={"deadline": "2026-05-05"})
    assert extract(item, "sv").deadlines == (Deadline(date(2026, 5, 5), "answer"),)


def test_broken_deadline_in_meta_is_passed_over() -> None:
    assert extract(_item(meta={"deadline": "soon", "deadlines": [None, 7]}), "sv").deadlines == ()


def test_text_adds_a_deadline_of_another_role() -> None:
    given = Deadline(date(2026, 5, 5), "transposition")
    item = _item(kind=Kind.GOVERNMENT, deadlines=(given,), text="Reglerna föreslås träda i kraft den 1 juli 2026.")
    assert [deadline.role for deadline in extract(item, "sv").deadlines] == ["transposition", "application_date"]


def test_one_day_with_two_roles_keeps_the_more_telling_one() -> None:
    text = "Direktivet ska vara genomfört senast den 1 juli 2026. Lagen föreslås träda i kraft den 1 juli 2026."
    item = _item(kind=Kind.GOVERNMENT, text=text)
    assert extract(item, "sv").deadlines == (Deadline(date(2026, 7, 1), "transposition"),)


def test_budget_of_the_source_is_the_only_total() -> None:
    item = _item(
        money=(Money(2e6, "EUR", "total"),), text="The total budget is EUR 3 million; grants up to EUR 60 000."
    )
    assert extract(item, "en").money == (Money(2e6, "EUR", "total"), Money(60_000, "EUR", "grant_max"))


def test_budget_in_meta_is_taken() -> None:
    assert extract(_item(meta={"budget_eur": 450_000}), "en").money == (Money(450_000.0, "EUR", "total"),)


def test_relation_given_by_the_source_is_kept() -> None:
    given = Reference("celex", "32024L3019", "is")
    item = _item(references=(given,), text="Se direktiv (EU) 2024/3019 och lagen (2006:412).")
    assert set(extract(item, "sv").references) == {given, Reference("sfs", "2006:412", "mentions")}


def test_item_without_candidates_gives_nothing() -> None:
    found = extract(_item(text="Kommunen satsar på lek och rörelse."), "sv")
    assert (found.deadlines, found.money, found.references, found.opens) == ((), (), (), None)


def test_broken_characters_do_not_stop_the_reading() -> None:
    found = extract(_item(text="\ud800\x00 Ansök senast den 9 juni 2026, högst 2 miljoner kronor."), "sv")
    assert [deadline.on for deadline in found.deadlines] == [date(2026, 6, 9)]


def test_last_answer_day_is_found_in_real_consultation_pages() -> None:
    if not PAGES.exists():
        pytest.skip("the recordings beside the project are not there")
    right = 0
    for page in json.loads(PAGES.read_text(encoding="utf-8")):
        written = re.findall(r"(\d{1,2})\s(\w+)\s(\d{4})", page["body"])
        days = [date(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in written if month in MONTHS]
        found = extract(_item(kind=Kind.CONSULTATION, title="", text=page["body"]), "sv").deadlines
        right += bool(days) and [deadline.on for deadline in found if deadline.role == "answer"] == days[-1:]
    assert right >= 57  # of the 59 pages that name the day

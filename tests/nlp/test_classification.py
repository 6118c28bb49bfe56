"""Lines in, answers out, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nlp.classification import BATCH, classify_line, classify_lines
from store.types import Assessment, Deadline, Item, Money, Reason


class FakeAssessor:
    """Finds everything relevant and remembers how many items it was given at a time."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def assess(self, items: Sequence[Item], *, brief: bool = False) -> list[Assessment]:
        assert brief
        self.batches.append(len(items))
        return [
            Assessment(
                source=item.source,
                key=item.key,
                content_hash="",
                assessor="fake 1",
                language="sv",
                relevance=0.123456,
                areas={"water": 0.98765},
                flags={"law": 0.5},
                deadlines=(
                    Deadline(date(2026, 5, 5)),
                    Deadline(date(2026, 5, 5), "stage_1"),
                    Deadline(date(2027, 1, 1), "application_date"),
                ),
                money=(Money(2e6, "EUR", "total"),),
                reasons=(Reason(text="avlopp i titeln", area="water", weight=0.4),),
            )
            for item in items
        ]


def test_answer_has_the_agreed_fields() -> None:
    assert classify_line({"id": "x", "kind": "news", "title": "Avlopp"}, FakeAssessor()) == {
        "id": "x",
        "language": "sv",
        "relevance": 0.1235,
        "areas": {"water": 0.9877},
        "flags": {"children_youth": 0.0, "funding": 0.0, "partnership": 0.0, "law": 0.5},
        "deadlines": ["2026-05-05"],
        "dates": [
            {"on": "2026-05-05", "role": "application", "note": ""},
            {"on": "2026-05-05", "role": "stage_1", "note": ""},
            {"on": "2027-01-01", "role": "application_date", "note": ""},
        ],
        "amounts": [{"value": 2e6, "currency": "EUR", "role": "total"}],
        "facts": {},
        "reasons": ["avlopp i titeln"],
    }


def test_order_is_kept_over_several_batches() -> None:
    assessor = FakeAssessor()
    ids = [str(number) for number in range(2 * BATCH + 5)]
    assert [answer["id"] for answer in classify_lines(({"id": name, "title": "t"} for name in ids), assessor)] == ids
    assert assessor.batches == [BATCH, BATCH, 5]


def test_null_and_missing_fields_and_unknown_kinds_are_tolerated() -> None:
    lines = [
        {},
        {"id": None, "title": None, "text": None, "published": None, "meta": None, "kind": None, "source": None},
        {"id": 7, "kind": "podcast", "title": "t", "published": "2026-02-31", "meta": []},
        {"id": "r", "kind": "riksdag", "title": "t", "meta": {"deadline": "snart", "budget_eur": "många"}},
    ]
    assert [answer["id"] for answer in classify_lines(lines, FakeAssessor())] == [None, None, 7, "r"]


def test_no_lines_give_no_answers() -> None:
    assert list(classify_lines([], FakeAssessor())) == []

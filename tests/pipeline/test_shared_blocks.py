"""An item that many readers are told of is laid out once, and each gets the way to its own page in it."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.letter_item import Day, LetterItem
from pipeline.message import item_in

ANSWERS = (("Till nytta", "nytta"), ("Inte för oss", "inte"))


def an_item(answer: str, because: str = "Vatten i titeln.") -> LetterItem:
    return LetterItem(
        kind="Nyhet",
        title="Rör & slam <nytt>",
        url="https://example.org/a",
        language="",
        summary="",
        soon=False,
        days=(),
        money="",
        facts="",
        publisher="Källan",
        published=Day("", "2026-11-20", "20 november"),
        change="",
        others="",
        thread="",
        also=(),
        units="",
        because=because,
        answer=answer,
    )


def test_each_reader_gets_its_own_page_in_the_shared_block() -> None:
    for name in ("item.html.j2", "item.txt.j2"):
        one, other = (item_in(name, an_item(f"https://example.org/svar/{n}"), ANSWERS) for n in "ab")
        assert "/svar/a" in one
        assert one.replace("/svar/a", "/svar/b") == other
        assert "\x00" not in one


def test_page_is_escaped_as_all_else_in_html() -> None:
    block = item_in("item.html.j2", an_item("https://example.org/?a=1&b=2"), ANSWERS)
    assert isinstance(block, Markup)
    assert 'href="https://example.org/?a=1&amp;b=2#nytta"' in block
    assert "Rör &amp; slam &lt;nytt&gt;" in block
    text = item_in("item.txt.j2", an_item("https://example.org/?a=1&b=2"), ANSWERS)
    assert "https://example.org/?a=1&b=2" in text
    assert "RÖR" not in text


def test_item_with_other_words_is_another_block_and_no_page_is_no_block_of_answers() -> None:
    first, second = (item_in("item.txt.j2", an_item("", because), ANSWERS) for because in ("Ett.", "Två."))
    assert "Ett." in first
    assert "Två." in second
    assert "Svara:" not in first
    assert "answers" not in item_in("item.html.j2", an_item(""), ANSWERS)

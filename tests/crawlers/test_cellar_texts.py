"""CELLAR's texts: languages, lists, redirects without encryption, and the markups of thirty years."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy import Request

from crawlers.act_text import act_text
from crawlers.challenge import EMPTY
from crawlers.choices import choices
from crawlers.failures import FetchFailed
from crawlers.notice import read_notice
from crawlers.redirects import encrypted
from crawlers.spiders.cellar_texts import CellarTexts
from store.errors import ChangedSource
from store.types import Item, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, recording
from tests.crawlers.detail_answers import ACT, PROPOSAL, RECOMMENDATION, header, texts_answer, texts_job

ENGLISH = b"<html><body><p>The municipalities of the Union shall keep the bathing waters of the area clean. " * 3
SWEDISH = "<html><body><p>Kommunerna ska hålla badplatserna rena och att se till att vattnet är bra.</p>".encode() * 2
BASE = "https://publications.europa.eu/resource/celex/X"


def read(answer: Callable[[Request], Answer], *keys: str) -> Conversation:
    return converse(CellarTexts(texts_job(*(keys or (ACT,)))), answer)


def in_language(language: str, answer: Answer, otherwise: Answer = (404, b"")) -> Callable[[Request], Answer]:
    def reply(request: Request) -> Answer:
        is_text = "xhtml" in header(request, "Accept")
        return answer if is_text and header(request, "Accept-Language") == language else otherwise

    return reply


def test_text_is_asked_for_in_swedish_first_and_in_both_formats() -> None:
    [request] = read(in_language("sv", SWEDISH)).requests
    assert request.url == "https://publications.europa.eu/resource/celex/32026L1901"
    assert header(request, "Accept") == "application/xhtml+xml, text/html;q=0.9"
    assert header(request, "Accept-Language") == "sv"
    assert request.method == "GET"


def test_brackets_of_a_number_are_sent_as_cellar_wants_them() -> None:
    talk = read(in_language("sv", SWEDISH), "32023D2454(02)")
    assert talk.requests[0].url == "https://publications.europa.eu/resource/celex/32023D2454%2802%29"


@pytest.mark.parametrize("status", [404, 406, 410])
def test_english_stands_in_for_swedish_that_is_missing(status: int) -> None:
    talk = read(in_language("en", ENGLISH, (status, b"")))
    assert [header(request, "Accept-Language") for request in talk.requests] == ["sv", "en"]
    assert [detail.language for detail in talk.details] == ["en"]


def test_empty_answer_counts_as_a_missing_text() -> None:
    empty = FetchFailed(SourceState.CHANGED, EMPTY)
    talk = read(in_language("en", ENGLISH, empty))
    assert [detail.language for detail in talk.details] == ["en"]
    assert talk.endings["texts"].state is SourceState.WORKING


def test_page_that_holds_no_text_counts_as_a_missing_text() -> None:
    talk = read(in_language("en", ENGLISH, b"<html><body><p>Not available.</p></body></html>"))
    assert [detail.language for detail in talk.details] == ["en"]
    assert talk.endings["texts"].message == "1 av 2 sidor saknade läsbar text: källan kan ha ändrat form."


def test_language_is_that_of_the_text_whatever_was_asked_for() -> None:
    assert [detail.language for detail in read(in_language("sv", ENGLISH)).details] == ["en"]


def test_notice_is_asked_for_last_and_nothing_at_all_is_told_as_empty() -> None:
    talk = read(lambda _: (404, b""))
    assert [header(request, "Accept") for request in talk.requests][-1] == "application/xml;notice=branch"
    assert len(talk.requests) == 3
    assert [detail.is_empty for detail in talk.details] == [True]


def test_notice_gives_title_concepts_and_days_but_no_text() -> None:
    [detail] = read(lambda request: texts_answer("01", request), RECOMMENDATION).details
    assert (detail.title, detail.language, detail.text) == ("Rådets rekommendation om lekplatser", "sv", "")
    assert [concept.label for concept in detail.concepts] == ["kommunal myndighet"]


@pytest.mark.parametrize(
    "body", [b"<html><body>no</body></html>", b"not xml", b"<NOTICE/>", b"<NOTICE><WORK/></NOTICE>"]
)
def test_notice_of_another_shape_or_document_is_a_change(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read_notice(body, ACT, source="cellar_texts", part="texts")
    talk = read(lambda request: body if "notice" in header(request, "Accept") else (404, b""))
    assert talk.endings["texts"].state is SourceState.CHANGED


def test_the_act_is_chosen_from_a_list_and_asked_for_with_encryption() -> None:
    talk = read(lambda request: texts_answer("01", request), PROPOSAL)
    assert [request.url for request in talk.requests] == [
        "https://publications.europa.eu/resource/celex/52026PC0410",
        "https://publications.europa.eu/resource/cellar/aaaa-1111.0019.03/DOC_1",
    ]
    assert all(request.meta["encrypt_redirects"] for request in talk.requests)


def listed(*rows: tuple[str, str]) -> bytes:
    items = "".join(f'<li title="item"><a href="{link}" stream_name="{name}">x</a></li>' for link, name in rows)
    return f"<html><body><ul>{items}</ul></body></html>".encode()


def test_every_file_is_read_where_none_is_called_the_act() -> None:
    page = listed(("/resource/cellar/a/DOC_1", "x_1.xhtml"), ("/resource/cellar/a/DOC_2", "x_2.xhtml"))
    talk = read(lambda request: SWEDISH if "DOC_" in request.url else (300, page))
    assert [request.url[-5:] for request in talk.requests] == ["L1901", "DOC_1", "DOC_2"]
    assert talk.details[0].text.count("badplatserna") == 4


def test_a_list_may_lead_to_a_second_list_but_not_to_a_third() -> None:
    first = b"<html><body><ul><li><a href='http://publications.europa.eu/resource/cellar/b'>xhtml</a></li></ul></body></html>"
    second = listed(("http://publications.europa.eu/resource/cellar/b/DOC_1", "a_ACT.xhtml"))
    pages: dict[str, Answer] = {"L1901": (300, first), "lar/b": (300, second), "DOC_1": SWEDISH}
    assert len(read(lambda request: pages[request.url[-5:]]).details) == 1
    talk = read(lambda _: (300, second))
    assert talk.endings["texts"].state is SourceState.CHANGED
    assert len(talk.requests) == 3


@pytest.mark.parametrize("page", [b"<html><body><p>Choose.</p></body></html>", b"", b"{}"])
def test_a_list_of_another_shape_is_a_change_and_the_others_are_still_read(page: bytes) -> None:
    talk = read(lambda request: (300, page) if ACT in request.url else SWEDISH, ACT, "32026L0002")
    assert [detail.key for detail in talk.details] == ["32026L0002"]
    assert talk.endings["texts"].state is SourceState.CHANGED


def test_other_formats_of_a_list_are_left_aside() -> None:
    page = listed(("/resource/cellar/a/DOC_1", "x.pdf"), ("/resource/cellar/a/DOC_2", "x.xhtml"))
    assert choices(page, BASE) == ["https://publications.europa.eu/resource/cellar/a/DOC_2"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("http://publications.europa.eu/resource/x?a=1", "https://publications.europa.eu/resource/x?a=1"),
        ("http://publications.europa.eu:80/x", "https://publications.europa.eu/x"),
        ("http://publications.europa.eu:8080/x", "http://publications.europa.eu:8080/x"),
        ("http://a@publications.europa.eu/x", "http://a@publications.europa.eu/x"),
        ("https://publications.europa.eu/x", "https://publications.europa.eu/x"),
    ],
)
def test_http_becomes_https_and_everything_else_is_left_to_the_guard(written: str, asked: str) -> None:
    assert encrypted(written) == asked


def test_text_begins_with_what_the_act_is_for_and_leaves_the_formulas_out() -> None:
    text = act_text(recording("cellar_texts/01.32026L1901.sv.xhtml"))
    assert text.startswith("Syfte\n\nI detta direktiv fastställs skyldigheter för kommuner")
    assert "(1) Skyfall drabbar tätorter" in text
    assert "a) skolor och äldreboenden" in text
    assert "BILAGA I" in text
    for formula in ("med beaktande", "följande skäl", "officiella tidning", "EUT C", "X. EXEMPEL", "om kommunala"):
        assert formula not in text


def test_markup_of_proposals_is_read_too() -> None:
    text = act_text(recording("cellar_texts/01.52026PC0410.act.xhtml"))
    assert text.startswith("MOTIVERING\n\n1. BAKGRUND TILL FÖRSLAGET")
    assert "Badplatser är viktiga för barn och unga." in text
    assert "EUT L 64" not in text


def test_letters_are_right_whatever_the_page_says_of_itself() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>{}</p></body></html>'
    line = "Åtgärder för vägar, öar och älvar i kommunerna. " * 3
    assert act_text(page.format(line).encode()) == line.strip()
    assert act_text(page.format(line).encode("windows-1252")) == line.strip()


def test_long_act_keeps_the_articles_on_transposition_and_entry_into_force() -> None:
    filler = "<p>Kommunen ska föra bok över brunnar.</p>" * 900
    last = "<p class='oj-ti-art'>Artikel 9</p><p class='oj-sti-art'>Införlivande</p><p>Senast den 1 mars 2028.</p>"
    text = act_text(f"<html><body><p class='oj-ti-art'>Artikel 1</p>{filler}{last}<p>BILAGA</p></body></html>".encode())
    assert len(text) <= 20_000
    assert text.endswith("Artikel 9\n\nInförlivande\n\nSenast den 1 mars 2028.")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<", b"<html/>", b"<p" * 50_000, b"\x00" * 100])
def test_no_bytes_break_the_reader(body: bytes) -> None:
    assert act_text(body) == ""
    assert choices(body, BASE) == []


def test_national_measures_are_never_asked_for(make_item: Callable[..., Item]) -> None:
    assert CellarTexts.has_detail(make_item(key="52026PC0410"))
    assert not CellarTexts.has_detail(make_item(key="72024L1785SWE_202605011"))

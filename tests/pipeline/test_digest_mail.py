"""Whole letters against golden files, and what must hold of every message.

The golden files are rewritten with UTKIK_GOLDEN=write; the change is then read like any other.
"""

from __future__ import annotations

import email
import os
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any, cast

import pytest

from pipeline.currency import Week
from pipeline.keys import Keys
from pipeline.letter import write_letter
from pipeline.letter_links import LetterLinks
from pipeline.links import ANSWER, Links, read
from pipeline.message import Envelope, Rendered, build_message, message_bytes, render, to_bytes
from pipeline.readers import contacts_of
from pipeline.route import route_items
from pipeline.selection import Selection, offered, select_entries
from tests.pipeline.making import GOLDEN, NOW, TODAY, candidate, municipality
from tests.pipeline.weeks import HOSTILE, WEEKS, GoldenWeek

KEYS = Keys({1: b"\x01" * 32})
LETTER_LINKS = LetterLinks(Links(KEYS, "https://utkik.provkoping.example.org"), "0123456789abcdef0123", NOW)
LEAVE = "https://utkik.provkoping.example.org/avsluta/1.0123456789abcdef0123.0.2518." + "x" * 43


def letter_of(week: GoldenWeek) -> tuple[Rendered, Selection]:
    place = municipality(**week.municipality)
    contact = next(c for c in contacts_of(place) if c.email == week.reader)
    moment = Week.since(NOW, week.history.last)
    routes = route_items(week.candidates, place, {}, TODAY)
    selection = select_entries(offered(week.candidates, routes), contact, place, moment, history=week.history)
    links = LETTER_LINKS if week.page else None
    letter = write_letter(selection, contact, place, moment, week.sources, "2026-W48", week.extras, links=links)
    return render(letter), selection


def envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "digest_id": "0123456789abcdef0123",
        "installation": "fedcba9876543210fedcba9876543210",
        "domain": "provkoping.example.org",
        "short": "Provköping",
        "sender": "utkik@example.org",
        "recipient": "social@example.org",
        "recipient_name": "kontaktperson för Socialförvaltningen",
        "coordinator": "samordnare@example.org",
        "date": NOW,
    }
    return Envelope(**values | changes)


def sent(rendered: Rendered, **changes: Any) -> EmailMessage:
    """Return the message as a mail program reads it from the wire."""
    raw = to_bytes(build_message(rendered, envelope(**changes)))
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


@pytest.mark.parametrize("name", WEEKS)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_letter_is_as_it_was_read_and_approved(name: str, part: str) -> None:
    rendered, _ = letter_of(WEEKS[name])
    text = f"Ämne: {rendered.subject}\n\n{rendered.text}" if part == "txt" else rendered.html
    golden = GOLDEN / f"{name}.{part}"
    if os.environ.get("UTKIK_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WEEKS)
def test_F57_text_part_comes_first_and_has_every_link_of_the_html(name: str) -> None:
    rendered, _ = letter_of(WEEKS[name])
    text, html = sent(rendered).iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    links = [link for link in Anchors.of(html.get_content()) if link.startswith("http")]
    assert all(link.partition("#")[0] in text.get_content() for link in links)


@pytest.mark.parametrize("name", WEEKS)
def test_F57_text_part_tells_the_same_in_the_same_order(name: str) -> None:
    rendered, _ = letter_of(WEEKS[name])
    text, html = sent(rendered).iter_parts()
    said = " ".join(text.get_content().split())
    pages = dict.fromkeys(link.partition("#")[0] for link in Anchors.of(html.get_content()) if link.startswith("http"))
    places = [said.index(page) for page in pages if "/svar/" in page]
    assert places == sorted(places)


def test_each_item_has_the_four_answers_on_one_signed_page() -> None:
    rendered, selection = letter_of(WEEKS["normal"])
    answers = [link.partition("#") for link in Anchors.of(rendered.html) if "/svar/" in link]
    assert [mark for _, _, mark in answers] == ["relevant", "inte", "vidare", "gor"] * len(selection.entries)
    pages = list(dict.fromkeys(page for page, _, _ in answers))
    said = [read(KEYS, ANSWER, page.rpartition("/")[2], NOW) for page in pages]
    assert [link.digest_id for link in said] == ["0123456789abcdef0123"] * len(selection.entries)
    told = {number: candidate.id for number, _, candidate in selection.numbered()}
    assert [told[link.position] for link in said] == [entry.candidate.id for entry in selection.entries]


def test_without_a_page_no_link_pretends_that_there_is_one() -> None:
    rendered, _ = letter_of(replace(WEEKS["normal"], page=False))
    assert not any(word in rendered.html for word in ("/svar/", "/avsluta/", "/min/"))
    assert "Svara gärna på brevet" in rendered.text
    assert "Svara gärna på brevet" in rendered.html


def test_the_coordinator_is_not_offered_to_end_the_letters() -> None:
    rendered, _ = letter_of(replace(WEEKS["shared_reader"], page=True))
    assert "/avsluta/" not in rendered.html
    assert "/svar/" in rendered.html


@pytest.mark.parametrize("name", WEEKS)
def test_letter_carries_no_image_and_nothing_from_elsewhere(name: str) -> None:
    html = letter_of(WEEKS[name])[0].html
    assert not re.search(r"<(img|script|link|iframe|object|video|form)\b", html)
    assert "url(" not in html
    assert '<html lang="sv">' in html
    assert html.count("<h1") == 1


def test_headers_say_what_is_true() -> None:
    message = sent(letter_of(WEEKS["normal"])[0])
    assert message["Message-ID"] == "<utkik.0123456789abcdef0123.fedcba987654@provkoping.example.org>"
    assert message["Date"] == "Mon, 23 Nov 2026 06:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, NRN, AutoReply, RN"
    assert message["Reply-To"] == "samordnare@example.org"
    assert message["From"] == "Utkik Provköping <utkik@example.org>"
    assert message["List-Id"] == "<omvarldsbrev.provkoping.example.org>"
    assert message["List-Unsubscribe-Post"] is None


def test_F50_nothing_answers_the_letter_by_itself() -> None:
    head = to_bytes(build_message(letter_of(WEEKS["normal"])[0], envelope())).partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")
    assert b"Auto-Submitted: auto-generated" in lines
    assert b"X-Auto-Response-Suppress: OOF, NRN, AutoReply, RN" in lines
    assert b"List-Id: <omvarldsbrev.provkoping.example.org>" in lines


def test_F55_one_click_stands_literally_on_the_wire_whatever_the_length() -> None:
    raw = to_bytes(build_message(letter_of(WEEKS["normal"])[0], envelope(leave=LEAVE)))
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    by_mail = b"<mailto:samordnare@example.org?subject=Avsluta%20omv%C3%A4rldsbrevet>"
    assert b"List-Unsubscribe: <" + LEAVE.encode() + b">, " + by_mail in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_F55_list_unsubscribe_is_literal_on_the_wire() -> None:
    long = f"{'samordningsfunktionen-for-omvarldsbevakning-' * 2}kommun@internationellt.provkoping.example.org"
    raw = to_bytes(build_message(letter_of(WEEKS["normal"])[0], envelope(coordinator=long)))
    line = next(line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert line == f"List-Unsubscribe: <mailto:{long}?subject=Avsluta%20omv%C3%A4rldsbrevet>".encode()


def test_message_has_the_same_bytes_every_time_and_only_crlf() -> None:
    first, second = (to_bytes(build_message(letter_of(WEEKS["normal"])[0], envelope())) for _ in range(2))
    assert first == second
    assert first.replace(b"\r\n", b"").count(b"\n") == first.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, first.split(b"\r\n"))) < 998


def test_F56_hostile_title_cannot_add_a_header_or_turn_the_text() -> None:
    rendered, _ = letter_of(HOSTILE)
    message = sent(rendered, recipient_name="Roll\r\nBcc: alla@example.org\u202e")
    assert message["Bcc"] is None
    assert len(message.keys()) == len(set(message.keys()))
    for text in (rendered.subject, rendered.text, rendered.html):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u00ad\x07\r]", text)


def test_F56_hostile_text_is_shown_and_not_run() -> None:
    html = letter_of(HOSTILE)[0].html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "javascript:" not in html
    assert not any(name.startswith("on") for name in Anchors.attributes(html))


@pytest.mark.parametrize("size", [25, 400])
def test_F54_letter_with_long_titles_stays_small(size: int) -> None:
    long = tuple(candidate(f"{n}", f"{n} {'mycket lång rubrik ' * 40}", areas={"social": 0.9}) for n in range(size))
    rendered, selection = letter_of(GoldenWeek(candidates=long, page=True))
    assert len(selection.entries) == 25
    assert len(to_bytes(build_message(rendered, envelope()))) < 100_000


class Anchors(HTMLParser):
    """Collects what a letter links to, and every attribute it sets."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        self.names |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href" and value]

    @classmethod
    def read(cls, html: str) -> Anchors:
        parser = cls()
        parser.feed(html)
        return parser

    @classmethod
    def of(cls, html: str) -> list[str]:
        return cls.read(html).links

    @classmethod
    def attributes(cls, html: str) -> set[str]:
        return cls.read(html).names


@pytest.mark.parametrize("name", WEEKS)
def test_quick_bytes_are_those_of_the_email_package(name: str) -> None:
    rendered = letter_of(WEEKS[name])[0]
    odd = replace(rendered, text=f"{rendered.text}\x85\x1c\r.\r\n=\n \t\n{'å' * 40} {'x' * 300} \n\nslut ")
    for written in (rendered, odd):
        for leave in ("", LEAVE):
            quick = message_bytes(written, envelope(leave=leave))
            assert quick == to_bytes(build_message(written, envelope(leave=leave)))

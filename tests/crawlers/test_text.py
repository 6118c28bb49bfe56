"""Source text becomes plain text: no markup, no hidden characters, bounded length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.text import plain_text, plain_title


def test_paragraphs_and_lines_of_html_are_kept() -> None:
    source = "<h2>Rubrik</h2><p>Första\n stycket.<br>Ny rad.</p><ul><li>ett</li><li>två</li></ul><p>Slut.</p>"
    assert plain_text(source) == "Rubrik\n\nFörsta stycket.\nNy rad.\n\nett\ntvå\n\nSlut."


def test_scripts_styles_and_frames_leave_no_text() -> None:
    source = "<style>p{}</style><p>Kvar</p><script>alert(1)</script><noscript>x</noscript><iframe>y</iframe><!-- z -->"
    assert plain_text(source) == "Kvar"


def test_entities_are_read_once() -> None:
    assert plain_text("R&aring;d &amp; d&#229;d &lt;b&gt;") == "Råd & dåd <b>"


def test_text_without_markup_keeps_its_paragraphs() -> None:
    assert plain_text("Ett.\r\n\r\n\r\n\r\nTvå < tre  och\tfyra.") == "Ett.\n\nTvå < tre och fyra."


def test_hidden_and_direction_characters_are_removed() -> None:
    assert plain_title("vatten\u00adrening \u202egnp.exe\u202c \u200bA\x00\x07\ufeff") == "vattenrening gnp.exe A"


def test_letters_in_two_pieces_become_one() -> None:
    assert plain_title("A\u030angstro\u0308m") == "Ångström"


def test_a_title_is_one_line_of_at_most_500_characters() -> None:
    title = plain_title("<b>Ett</b>\n långt " + "ord " * 1000)
    assert title.startswith("Ett långt ord")
    assert title.endswith("ord…")
    assert len(title) <= 500
    assert "\n" not in title


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ('<p class="ingress">Ny&nbsp;<a href="/x?a=1&amp;b=2">vattenlag</a></p><p>Klart</p>', "Ny vattenlag Klart"),
        ("Ett<br/>två &lt;b&gt; tre&#8217;s", "Ett två <b> tre’s"),
        ("<b<p>>", ">"),
        ("2 < 3 <b>och</b> 4 > 3", "2 < 3 och 4 > 3"),
        ('<img alt="a>b">Bild', "Bild"),
        ("<b>A\x00B</b>", "AB"),
        ("<p\n>rad</p >slut", "rad slut"),
    ],
)
def test_simple_markup_is_read_as_a_browser_would(source: str, plain: str) -> None:
    assert plain_title(source) == plain


@pytest.mark.parametrize("source", [None, "", "   ", "<p></p>", "<script>x</script>"])
def test_nothing_gives_nothing(source: str | None) -> None:
    assert plain_text(source) == ""


def test_a_text_is_cut_at_its_limit() -> None:
    assert len(plain_text("x" * 50_000)) == 20_000


@given(st.text(max_size=300))
def test_no_text_raises_or_leaves_control_characters(text: str) -> None:
    plain = plain_text("<p>" + text + "</p>")
    assert not any(ord(letter) < 32 and letter != "\n" for letter in plain)
    plain.encode("utf-8")

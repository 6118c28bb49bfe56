"""The page's words can be taken out for translation, and are filled in safely."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from flask import Flask
from flask.testing import FlaskClient

from web import language

WEB = Path(__file__).parents[2] / "web"


def words() -> set[str]:
    with (WEB / "babel.ini").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(WEB, method_map=methods, options_map=options, keywords=keywords)
    return {text for _, _, message, _, _ in found for text in ([message] if isinstance(message, str) else message)}


def test_words_of_views_templates_and_error_pages_are_all_taken_out() -> None:
    found = words()
    assert {"Logga in", "Hoppa till innehållet", "Sidan finns inte", "Händelselogg", "Du är utloggad."} <= found
    assert {"Vänta %(n)d minut och försök igen.", "Vänta %(n)d minuter och försök igen."} <= found


def test_what_is_filled_in_is_escaped(app: Flask) -> None:
    with app.test_request_context():
        template = app.jinja_env.from_string("{{ _('Hej %(name)s', name=name) }}")
        assert template.render(name="<script>") == "Hej &lt;script&gt;"


def test_language_without_words_is_neither_offered_nor_taken(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        offered = language.available()
    assert offered["sv"] == "Svenska"
    assert ("en" in offered) == (WEB / "translations" / "en" / "LC_MESSAGES" / "messages.mo").is_file()
    with client.session_transaction() as held:
        held["language"] = "../../etc"
    assert '<html lang="sv">' in client.get("/logga-in").get_data(as_text=True)

"""What every template has at hand: who is logged in, the way around, and dates as people say them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from markupsafe import Markup

from crawlers.dates import STOCKHOLM
from pipeline.wording import clean, day_in_words, distance_in_words, shortened
from store.types import Role
from web import context, language, navigation

ROLE_WORDS = {
    Role.READER: language.N_("läsare"),
    Role.ANALYST: language.N_("analytiker"),
    Role.COORDINATOR: language.N_("samordnare"),
}


def install(app: Flask) -> None:
    """Give templates their words and filters."""
    app.context_processor(_at_hand)
    app.add_template_filter(day, "day")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(lang, "lang")
    app.add_template_filter(clean, "clean")
    app.add_template_filter(shortened, "shortened")


def _at_hand() -> dict[str, Any]:
    return {
        "me": context.account_or_none(),
        "municipality": context.municipality() if context.municipality_key() else None,
        "serves_several": context.serves_several(),
        "sees_all": context.sees_all(),
        "today": context.today(),
        "navigation": navigation,
        "languages": language.available,
        "language": language.language,
        "role_words": ROLE_WORDS,
    }


def day(value: date | None, *, distance: bool = False) -> Markup:
    """Return "fre 4 dec", or with `distance` "om 12 dagar · fre 4 dec", the ISO date in its title."""
    if value is None:
        return Markup()
    words = day_in_words(value, context.today())
    if distance:
        words = f"{distance_in_words(value, context.today())} · {words}"
    return _time(value.isoformat(), words)


def moment(value: datetime | None) -> Markup:
    """Return "fre 4 dec 10.42" in Swedish time, the ISO moment in its title."""
    if value is None:
        return Markup()
    local = value.astimezone(STOCKHOLM)
    words = f"{day_in_words(local.date(), context.today())} {local:%H.%M}"
    return _time(local.isoformat(timespec="minutes"), words)


def _time(iso: str, words: str) -> Markup:
    return Markup('<time datetime="{0}" title="{0}"{1}>{2}</time>').format(iso, lang(""), words)


def lang(code: str) -> Markup:
    """Return the attribute of a text in another language than the page's; "" is Swedish."""
    of_text = code or language.DEFAULT
    return Markup(' lang="{}"').format(of_text) if of_text != language.language() else Markup()

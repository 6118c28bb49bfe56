"""The page's words: written in Swedish in code and templates, shown in the reader's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, has_request_context, request, session

from web.access import is_public, token_role

TRANSLATIONS = Path(__file__).parent / "translations"
LANGUAGES = {"sv": "Svenska", "en": "English"}  # each in its own language
DEFAULT = "sv"
CHOICE = "language"  # in the session


def language() -> str:
    """Return the language of the request: the one chosen, else Swedish, as on what everybody is shown alike."""
    if not has_request_context() or _is_for_all():
        return DEFAULT
    chosen = session.get(CHOICE, DEFAULT)
    return chosen if chosen in LANGUAGES else DEFAULT


def _is_for_all() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and (is_public(view) or token_role(view) is not None)


def available() -> dict[str, str]:
    """Return the languages there are words for."""
    return {key: name for key, name in LANGUAGES.items() if key == DEFAULT or _catalogue(key) is not None}


@cache
def _catalogue(key: str) -> NullTranslations | None:
    found = Translations.load(TRANSLATIONS, [key])
    return found if isinstance(found, Translations) else None


def gettext(text: str) -> str:
    """Return the text in the reader's language."""
    catalogue = _catalogue(language())
    return catalogue.gettext(text) if catalogue else text


def ngettext(one: str, many: str, number: int) -> str:
    """Return the text for this many in the reader's language."""
    catalogue = _catalogue(language())
    return catalogue.ngettext(one, many, number) if catalogue else (one if number == 1 else many)


def _(text: str, **values: Any) -> str:
    """Return the text in the reader's language, `%(name)s` filled in; for views, as `_` is for templates."""
    return gettext(text) % values if values else gettext(text)


def N_(text: str) -> str:  # noqa: N802 - the name that extraction knows
    """Mark a text that is written where no request is yet; `_` it where it is shown."""
    return text


def install(app: Flask) -> None:
    """Give templates `_` and `ngettext`, whose `%(name)s` are filled in and escaped."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]

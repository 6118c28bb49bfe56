"""The pages, one blueprint each; a new page is a module in `web/views/` and its line here."""

from __future__ import annotations

from flask import Blueprint

from web.views import answers, audit, letters, login, search, settings, sso, start, triage

PAGES: tuple[Blueprint, ...] = (
    start.page,
    triage.page,
    search.page,
    answers.page,
    letters.page,
    login.page,
    sso.page,
    settings.page,
    audit.page,
)

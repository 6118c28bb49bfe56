"""The pages, one blueprint each; a new page is a module in `web/views/` and its line here."""

from __future__ import annotations

from flask import Blueprint

from web.views import (
    about,
    actions,
    answers,
    api,
    audit,
    calendar,
    deadlines,
    digests,
    ledger,
    letters,
    login,
    organisation_edit,
    pictures,
    publications,
    residents,
    search,
    settings,
    setup_steps,
    sources,
    sso,
    start,
    threads,
    tokens,
    triage,
)

PAGES: tuple[Blueprint, ...] = (
    start.page,
    triage.page,
    search.page,
    publications.page,
    residents.page,
    about.page,
    api.page,
    tokens.page,
    deadlines.page,
    calendar.page,
    actions.page,
    threads.page,
    digests.page,
    sources.page,
    pictures.page,
    ledger.page,
    organisation_edit.page,
    answers.page,
    letters.page,
    login.page,
    sso.page,
    settings.page,
    setup_steps.page,
    audit.page,
)

"""The pages, one blueprint each; a new page is a module in `web/views/` and its line here."""

from __future__ import annotations

from flask import Blueprint

from web.views import (
    about,
    actions,
    answers,
    audit,
    calendar,
    deadlines,
    digests,
    letters,
    login,
    pictures,
    organisation_edit,
    publications,
    residents,
    search,
    settings,
    sources,
    sso,
    start,
    threads,
    triage,
)

PAGES: tuple[Blueprint, ...] = (
    start.page,
    triage.page,
    search.page,
    publications.page,
    residents.page,
    about.page,
    deadlines.page,
    calendar.page,
    actions.page,
    threads.page,
    digests.page,
    sources.page,
    pictures.page,
    organisation_edit.page,
    answers.page,
    letters.page,
    login.page,
    sso.page,
    settings.page,
    audit.page,
)

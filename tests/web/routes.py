"""Every address of the page, with what it asks for; the tests that must hold for all of them go through this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from pipeline.publications import publication_id
from store.db import Store
from tests.web.seeding import PUBLISHED

OPEN, READER, ANALYST, COORDINATOR = "open", "reader", "analyst", "coordinator"

# The least role of every endpoint; a page that is added is added here too.
LEAST = {
    "actions.add": ANALYST,
    "actions.begin": ANALYST,
    "actions.change": ANALYST,
    "actions.export": READER,
    "actions.one": READER,
    "actions.show": READER,
    "analyses.ask": ANALYST,
    "analyses.change": ANALYST,
    "analyses.put_name": COORDINATOR,
    "analyses.show": READER,
    "about.accessibility": OPEN,
    "about.personal_data": OPEN,
    "answers.answer": OPEN,
    "answers.own": OPEN,
    "answers.show": OPEN,
    "letters.leave": OPEN,
    "letters.show": OPEN,
    "api.openapi": OPEN,
    "api.show": READER,
    "audit.show": COORDINATOR,
    "digests.again": COORDINATOR,
    "digests.arrived": COORDINATOR,
    "digests.html": COORDINATOR,
    "digests.letter": COORDINATOR,
    "digests.message": COORDINATOR,
    "digests.progress": READER,
    "digests.release": COORDINATOR,
    "digests.send": COORDINATOR,
    "digests.show": READER,
    "digests.trial": COORDINATOR,
    "calendar.of_account": OPEN,
    "cofinancing.change": COORDINATOR,
    "cofinancing.export": READER,
    "cofinancing.partners": READER,
    "cofinancing.show": READER,
    "calendar.of_reader": OPEN,
    "deadlines.show": READER,
    "pictures.show": READER,
    "sources.add": COORDINATOR,
    "sources.check": ANALYST,
    "sources.look": ANALYST,
    "sources.show": READER,
    "sources.source": READER,
    "sources.switch": COORDINATOR,
    "sources.switch_one": COORDINATOR,
    "ledger.export": COORDINATOR,
    "ledger.show": READER,
    "meetings.add": COORDINATOR,
    "meetings.show": READER,
    "model.learn_again": COORDINATOR,
    "model.roll_back": COORDINATOR,
    "model.show": READER,
    "municipalities.add": COORDINATOR,
    "municipalities.choose": READER,
    "municipalities.show": READER,
    "login.log_in": OPEN,
    "login.log_out": OPEN,
    "login.show": OPEN,
    "publications.change": COORDINATOR,
    "residents.data_csv": OPEN,
    "residents.data_json": OPEN,
    "residents.feed": OPEN,
    "residents.item": OPEN,
    "residents.month": OPEN,
    "residents.show": OPEN,
    "organisation.add_unit": COORDINATOR,
    "organisation.coordinator": COORDINATOR,
    "organisation.history": COORDINATOR,
    "organisation.leave_unit": COORDINATOR,
    "organisation.new_unit": COORDINATOR,
    "organisation.reach": COORDINATOR,
    "organisation.remove_unit": COORDINATOR,
    "organisation.restore": COORDINATOR,
    "organisation.save_coordinator": COORDINATOR,
    "organisation.save_towns": COORDINATOR,
    "organisation.save_unit": COORDINATOR,
    "organisation.show": READER,
    "organisation.towns": COORDINATOR,
    "organisation.try_mail": COORDINATOR,
    "organisation.unit": COORDINATOR,
    "search.item": READER,
    "search.save": ANALYST,
    "search.show": READER,
    "settings.edit": COORDINATOR,
    "settings.save": COORDINATOR,
    "settings.show": READER,
    "setup.account": OPEN,
    "setup.address": COORDINATOR,
    "setup.begin_work": COORDINATOR,
    "setup.choose_municipality": OPEN,
    "setup.finish": COORDINATOR,
    "setup.key": OPEN,
    "setup.mail": COORDINATOR,
    "setup.make_account": OPEN,
    "setup.municipality": OPEN,
    "setup.progress": COORDINATOR,
    "setup.save_address": COORDINATOR,
    "setup.save_mail": COORDINATOR,
    "setup.save_units": COORDINATOR,
    "setup.show": OPEN,
    "setup.units": COORDINATOR,
    "setup.use_key": OPEN,
    "sso.back": OPEN,
    "sso.begin": OPEN,
    "health.alive": OPEN,
    "health.metrics": OPEN,
    "health.ready": OPEN,
    "start.choose_language": OPEN,
    "start.show": READER,
    "static": OPEN,
    "threads.one": READER,
    "threads.show": READER,
    "tokens.add": COORDINATOR,
    "tokens.revoke": COORDINATOR,
    "tokens.show": COORDINATOR,
    "week.act": COORDINATOR,
    "week.judge": COORDINATOR,
    "week.judge_many": COORDINATOR,
    "week.pane": READER,
    "week.rank_again": COORDINATOR,
    "week.show": READER,
    "week.take_back": COORDINATOR,
}
# The least role of the key of every endpoint of the HTTP API, which no login opens.
BY_KEY = {
    "api.actions": READER,
    "api.assessments": READER,
    "api.digests": READER,
    "api.item": READER,
    "api.items": READER,
    "api.rule": COORDINATOR,
    "api.sources": READER,
    "api.thread": READER,
    "api.threads": READER,
    "api.verdicts": READER,
}
# What stands in the place of a variable part of an address, by its name; else 1 or "x".
VALUES: dict[str, Any] = {
    "publication": publication_id("provköping", PUBLISHED),
    "published_in": "2026-11",
    "filename": "utkik.css",
    "unit": "skola",
}


def addresses(app: Flask, *methods: str) -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, method, address) of every route that takes one of the methods."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint in BY_KEY:
                continue
            for method in sorted((rule.methods or set()) & set(methods)):
                yield rule.endpoint, method, app.url_for(rule.endpoint, **_values(rule))


def key_addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, method, address) of everything that is opened by key alone."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in BY_KEY:
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield rule.endpoint, method, app.url_for(rule.endpoint, **_values(rule))


def _values(rule: Rule) -> dict[str, Any]:
    return {name: VALUES.get(name, _plain(rule, name)) for name in rule.arguments}


def _plain(rule: Rule, name: str) -> Any:
    return 1 if type(rule._converters[name]).__name__ == "IntegerConverter" else "x"


class Writes:
    """Tells whether anything has been written into a SQLite store since it was made."""

    def __init__(self, store: Store) -> None:
        self._connection = store.engine.connect()
        self._before = self._version()

    def _version(self) -> int:
        # Changes when another connection has committed.
        return int(self._connection.execute(text("PRAGMA data_version")).scalar_one())

    def happened(self) -> bool:
        """Tell whether another connection has committed."""
        return self._version() != self._before

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

"""A week in which half of the sources fail in different ways: the rest arrives whole, and the coordinator is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from rich.console import Console

from pipeline.demo import demo_installation
from pipeline.health import health_of
from pipeline.installation import Installation, create_installation
from pipeline.run import assess_items, collect_sources, compose_digests
from pipeline.sample_data import WEEK_NOW
from pipeline.show import text_of
from pipeline.status import status_of
from store.digests import list_digests
from store.items import count_by_source
from store.types import Digest, Outcome, Run, SourceState
from tests.pipeline.half_broken import Broken, HalfBrokenServer, serve_half_broken

pytestmark = pytest.mark.xdist_group("health-week")
BROKEN = {
    "publications.europa.eu": Broken(503, b"busy", {"Retry-After": "7200"}),
    "www.regeringen.se": Broken(403, b"no"),
    "g0v.se": Broken(0),
    "kommunnytt.example.org": Broken(
        200, b"<!doctype html><html><body>Ny webbplats</body></html>", {"Content-Type": "text/html"}
    ),
    "europabrevet.example.org": Broken(500),
}
QUIET = Console(quiet=True)


@dataclass
class Week:
    """The installation, the server and what the first reading gave."""

    installation: Installation
    server: HalfBrokenServer
    runs: dict[str, Run]

    def collect(self, now: datetime, names: Sequence[str] = ()) -> dict[str, Run]:
        self.server.asked.clear()
        return {run.subject: run for run in collect_sources(self.installation, QUIET, names, now=now, quiet=True)}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("health")
    create_installation(folder, "mellerud")
    with demo_installation(folder, "week") as opened, serve_half_broken("week", BROKEN) as server:
        installation = replace(opened, settings=opened.settings.model_copy(update={"replay_url": server.url}))
        runs = collect_sources(installation, QUIET, [], now=WEEK_NOW, quiet=True)
        yield Week(installation, server, {run.subject: run for run in runs})


def letters(week: Week) -> dict[str, Digest]:
    assess_items(week.installation, QUIET, now=WEEK_NOW, quiet=True)
    compose_digests(week.installation, QUIET, week="2026-W47", now=WEEK_NOW, quiet=True)
    with week.installation.store.reading() as session:
        return {digest.contact: digest for digest in list_digests(session, week="2026-W47")}


def test_F01_what_works_arrives_whole_and_each_fault_has_its_state(week: Week) -> None:
    with week.installation.store.reading() as session:
        found = count_by_source(session)
        states = {name: health.state for name, health in health_of(session, week.installation.settings).items()}
    assert found["funding_tenders"] == 16
    assert found["feeds"] > 10
    assert "cellar" not in found
    assert week.runs["funding_tenders"].outcome is Outcome.COMPLETE
    assert week.runs["feeds"].outcome is Outcome.PARTIAL
    assert states["cellar"] is SourceState.FAILING
    assert states["regeringen"] is SourceState.REFUSED
    assert states["feeds"] is SourceState.CHANGED
    assert states["funding_tenders"] is SourceState.WORKING
    assert set(states.values()) <= set(SourceState)


def test_F01_what_failed_is_told_with_its_next_try(week: Week) -> None:
    assert "ber oss vänta (fel 503), nästa försök 10:00" in week.runs["cellar"].message
    assert "regeringen.se: Källan tillåter inte hämtning (fel 403" in week.runs["regeringen"].message
    assert "Nästa försök tidigast 21/11 kl. 08:00." in week.runs["regeringen"].message
    values = status_of(week.installation)["sources"]["cellar"]
    assert values["since"] == WEEK_NOW.isoformat()
    assert values["next_try"].startswith("2026-11-20T09:00:00")


def test_a_part_in_back_off_is_not_asked_again_and_stays_in_its_state(week: Week) -> None:
    again = week.collect(WEEK_NOW + timedelta(minutes=30))
    assert again["cellar"].state is SourceState.FAILING
    assert again["regeringen"].state is SourceState.REFUSED
    assert week.server.hosts_asked().isdisjoint({"publications.europa.eu", "www.regeringen.se", "g0v.se"})
    assert "api.tech.ec.europa.eu" in week.server.hosts_asked()


def test_F20_a_named_source_is_asked_in_spite_of_our_back_off_but_never_before_the_source_allows_it(week: Week) -> None:
    week.collect(WEEK_NOW + timedelta(minutes=40), ["cellar", "regeringen"])
    assert "www.regeringen.se" in week.server.hosts_asked()
    assert "publications.europa.eu" not in week.server.hosts_asked()


def test_digests_name_the_sources_and_the_coordinator_is_told_what_needs_a_person(week: Week) -> None:
    written = letters(week)
    office = week.installation.municipality.coordinator.email
    others = [plain(digest) for contact, digest in written.items() if contact != office]
    assert others
    for letter in others:
        assert "4 källor kontrollerade, 3 gick inte att läsa helt." in letter
        assert "EU-rätt (EUR-Lex) svarar inte som den ska; nytt försök tidigast 10:00" in letter
        assert "ATT SE TILL" not in letter
    assert "ATT SE TILL" in plain(written[office])
    assert "utkik sources check cellar" in plain(written[office])


def plain(digest: Digest) -> str:
    return " ".join(text_of(digest.message).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_source_that_came_back_is_working_again_within_a_day(week: Week) -> None:
    week.server.broken.clear()
    later = week.collect(WEEK_NOW + timedelta(hours=25))
    assert {later[name].state for name in ("cellar", "feeds")} == {SourceState.WORKING}
    assert "pressmeddelanden" not in later["regeringen"].message
    with week.installation.store.reading() as session:
        assert count_by_source(session)["cellar"] == 18

"""The coordinator is told what needs a person, and a calm week sends nothing extra."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawlers.catalogue import facts
from pipeline.attention import Attention, attention_of
from pipeline.health import Health, region_shares, told_shares
from pipeline.source_notes import source_notes
from store.db import Store
from store.digests import freeze_digest
from store.runs import begin_run, end_run, set_meta
from store.types import Digest, DigestState, Outcome, PartResult, Run, SourceState
from tests.pipeline.making import NOW, municipality

CELLAR = next(source for source in facts() if source.name == "cellar")
TITLES = {"cellar": "EUR-Lex", "cellar/law": "rättsakter"}


def health(state: SourceState, *parts: PartResult, outcome: Outcome = Outcome.FAILED, **values: object) -> Health:
    run = Run(id="a", step="collect", subject="cellar", started_at=NOW, outcome=outcome, state=state, parts=parts)
    return Health(source=CELLAR, state=state, run=run, **values)  # type: ignore[arg-type]


def attention(store: Store, sources: Mapping[str, Health]) -> Attention:
    with store.reading() as session:
        return attention_of(session, sources, TITLES, municipality(), NOW)


def test_a_calm_week_needs_nobody_although_areas_are_unanswered(sqlite_store: Store) -> None:
    calm = attention(sqlite_store, {"cellar": health(SourceState.WORKING, outcome=Outcome.COMPLETE)})
    assert (calm.is_needed, calm.matters) == (False, ())
    assert calm.standing


def test_backup_that_fails_for_two_days_and_a_restoration_are_told(sqlite_store: Store) -> None:
    with sqlite_store.session() as session:
        for days, outcome in ((4, Outcome.COMPLETE), (0, Outcome.FAILED)):
            at = NOW - timedelta(days=days)
            run = begin_run(session, "backup", now=at)
            end_run(session, replace(run, ended_at=at, outcome=outcome, message="Disken är full."))
        set_meta(session, "restored.at", (NOW - timedelta(days=1)).isoformat())
        set_meta(session, "restored.from", (NOW - timedelta(days=3)).isoformat())
    told = attention(sqlite_store, {}).faults
    assert told[0] == "Den dagliga säkerhetskopian går inte att ta: Disken är full."
    assert told[1].startswith("Databasen återställdes från en säkerhetskopia av 2026-11-20 07:00.")
    with sqlite_store.session() as session:
        run = begin_run(session, "backup", now=NOW)
        end_run(session, replace(run, ended_at=NOW, outcome=Outcome.COMPLETE))
        set_meta(session, "restored.at", (NOW - timedelta(days=29)).isoformat())
    assert attention(sqlite_store, {}).faults == ()


def test_a_source_that_is_off_or_waits_for_its_first_reading_needs_nobody(sqlite_store: Store) -> None:
    off = health(SourceState.OFF)
    waiting = Health(source=CELLAR, state=SourceState.WAITING)
    assert not attention(sqlite_store, {"cellar": off, "feeds": waiting}).is_needed


def test_F01_a_source_that_fails_is_told_since_when_and_when_it_is_tried_next(sqlite_store: Store) -> None:
    failing = health(
        SourceState.FAILING,
        message="Källan svarar inte (fel 503, tillfälligt stängd).",
        since=NOW - timedelta(days=3),
        next_try=NOW + timedelta(hours=8),
    )
    found = attention(sqlite_store, {"cellar": failing})
    assert found.faults == (
        "EUR-Lex svarar inte som den ska (sedan 20 nov); nytt försök tidigast 15:00. "
        "Källan svarar inte (fel 503, tillfälligt stängd). Se efter med: utkik sources check cellar",
    )
    assert found.matters[1:] == found.standing
    assert any(sentence.startswith("Ingen svarar för ") for sentence in found.standing)


def test_a_source_that_is_only_silent_is_told_as_silent_and_not_as_unread() -> None:
    silent = PartResult(
        part="law", state=SourceState.QUIET, message="Inget nytt sedan 3 mars; brukar komma varje vecka."
    )
    notes = source_notes({"cellar": health(SourceState.QUIET, silent, outcome=Outcome.COMPLETE)}, TITLES, NOW)
    assert notes.faults == ("EUR-Lex har inte gett något nytt på länge: rättsakter",)


def test_a_digest_that_did_not_arrive_is_told_for_four_weeks(sqlite_store: Store) -> None:
    refused = Digest(
        id="x",
        municipality=municipality().key,
        contact="skola@example.org",
        week="2026-W47",
        units=("skola",),
        subject="v. 47",
        message_id="<x@example.org>",
        message=b"",
        state=DigestState.REFUSED,
        created_at=NOW - timedelta(days=7),
    )
    old = replace(refused, id="y", week="2026-W30", created_at=datetime(2026, 7, 20, 6, 0, tzinfo=UTC))
    with sqlite_store.session() as session:
        assert freeze_digest(session, refused)
        assert freeze_digest(session, old)
    (told,) = attention(sqlite_store, {}).faults
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "1 brev: avvisat av mottagaren. skola@example.org (2026-W47). Avgör med: utkik outbox"
    )


def test_the_share_of_each_region_counts_an_items_own_region_before_its_sources() -> None:
    shares = region_shares({("cellar", ""): 30, ("feeds", "Norden"): 4, ("feeds", "Sverige"): 66}, facts())
    assert (shares["EU"], shares["Norden"], shares["Sverige"]) == (30, 4, 66)
    assert told_shares(shares).startswith("Sverige 66 %, EU 30 %, Norden 4 %")
    assert told_shares({"EU": 0}) == ""
    assert told_shares({"EU": 9999, "Norden": 1}) == "EU 100 %, Norden under 1 %"

"""The meeting pack: what waits, what is due, a page per contact person, and decisions that become actions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.document_html import html_of
from pipeline.document_word import word_of
from pipeline.meeting import decide, read_meeting
from pipeline.meeting_report import meeting_pack
from store.actions import list_actions, save_action
from store.analyses import save_analysis, sign_analysis
from store.assessments import save_assessments
from store.db import Store
from store.decisions import list_decisions
from store.digests import DigestEntry
from store.errors import ConfigurationError
from store.feedback import save_feedback
from store.items import upsert_items
from store.types import Action, Analysis, Answer, Deadline, Feedback, Kind, Ruling, Verdict
from store.verdicts import save_verdict
from tests.pipeline.ledgers import sent_digest
from tests.pipeline.making import NOW, candidate, municipality

MEETING = date(2026, 12, 1)
SERVED = municipality()
KEY = SERVED.key
FOUND = [
    candidate(
        "skolmat", "Remiss om skolmat", kind=Kind.CONSULTATION, deadlines=(Deadline(date(2026, 12, 10), "answer"),)
    ),
    candidate("lovskola", "Lovskolor får stöd"),
    candidate("utbyte", "Utbyte mellan skolor", kind=Kind.CALL, deadlines=(Deadline(date(2027, 6, 1), "application"),)),
    candidate("nej", "Det som fick nej"),
]


@pytest.fixture
def store_with_work(sqlite_store: Store) -> Iterator[Store]:
    """Give a store with two items told and one answered, one ruled later, one dropped, and a late action."""
    with sqlite_store.session() as session:
        upsert_items(session, [one.item for one in FOUND], now=NOW - timedelta(days=2))
        save_assessments(session, [one.assessment for one in FOUND], now=NOW)
        for key, ruling in (("utbyte", Ruling.LATER), ("nej", Ruling.DROP)):
            save_verdict(
                session, Verdict(municipality=KEY, source="feeds", key=key, ruling=ruling, at=NOW, by="samordnaren")
            )
        late = Action(id="a1", municipality=KEY, source="feeds", key="lovskola", unit="skola", title="Svara på enkäten",
                      created_at=NOW, due=date(2026, 11, 25))  # fmt: skip
        save_action(session, late)
    entries = tuple(
        DigestEntry(source="feeds", key=key, section="news", position=place, because="skola", content_hash="h")
        for place, key in enumerate(("skolmat", "lovskola"), start=1)
    )
    sent_digest(sqlite_store, "d1", entries=entries, created_at=NOW, week="2026-W48")
    with sqlite_store.session() as session:
        given = Feedback(digest_id="d1", source="feeds", key="lovskola", answer=Answer.RELEVANT, at=NOW)
        save_feedback(session, given)
    yield sqlite_store


def page_of(store: Store, on: date = MEETING, after: date | None = date(2027, 1, 20)) -> str:
    with store.reading() as session:
        meeting = read_meeting(session, SERVED, on, NOW + timedelta(days=1), after)
    return html_of(meeting_pack(meeting, SERVED)).decode()


def test_pack_tells_what_waits_what_is_due_and_what_is_late(store_with_work: Store) -> None:
    with store_with_work.reading() as session:
        meeting = read_meeting(session, SERVED, MEETING, NOW + timedelta(days=1), date(2027, 1, 20))
    assert [row.title for row in meeting.undecided] == ["Utbyte mellan skolor"]
    assert [line.title for line in meeting.deadlines] == ["Remiss om skolmat"]
    assert [action.title for action in meeting.overdue()] == ["Svara på enkäten"]
    assert [(one.unit, one.entry.key) for one in meeting.told] == [("skola", "skolmat"), ("skola", "lovskola")]


def test_each_contact_person_has_a_page_with_what_is_unanswered(store_with_work: Store) -> None:
    page = page_of(store_with_work)
    own = page.split("<h2>Kontaktperson för Skolförvaltningen</h2>")[1].split("<hr")[0]
    assert "<dd>2\N{NO-BREAK SPACE}poster</dd>" in own
    assert "relevant 1" in own
    assert "Remiss om skolmat" in own.split("Utan svar")[1].split("<h3>")[0]
    assert "Lovskolor" not in own.split("Utan svar")[1].split("<h3>")[0]
    assert page.count('<hr class="page">') == len(SERVED.units) + 1
    assert "@example.org" not in page


def test_decision_about_an_item_becomes_an_action_and_is_told_at_the_next_meeting(store_with_work: Store) -> None:
    with store_with_work.session() as session:
        decision = decide(session, SERVED, meeting=MEETING, text="Sök stödet", item=("feeds", "utbyte"), unit="skola",
                          due=date(2027, 3, 1), by="internationella arbetsgruppen", now=NOW)  # fmt: skip
        plain = decide(session, SERVED, meeting=MEETING, text="Bjud in vänorten", item=None, unit="", due=None,
                       by="internationella arbetsgruppen", now=NOW)  # fmt: skip
        [action] = [a for a in list_actions(session, KEY) if a.id == decision.action_id]
    assert (action.title, action.unit, action.due) == ("Sök stödet", "skola", date(2027, 3, 1))
    assert "möte 2026-12-01" in action.note
    assert plain.action_id == ""
    page = page_of(store_with_work, on=date(2027, 1, 20), after=None)
    assert "<td>Sök stödet</td><td>Utbyte mellan skolor</td><td>öppen, Skolförvaltningen</td>" in page
    assert "<td>Bjud in vänorten</td><td>–</td><td>ingen åtgärd</td>" in page
    assert "inte bestämt" in page


def test_decision_about_nothing_known_is_refused_and_nothing_is_kept(store_with_work: Store) -> None:
    for item, unit, text in ((("feeds", "x"), "skola", "A"), (("feeds", "utbyte"), "x", "A"), (None, "skola", "A"),
                             (None, "", " ")):  # fmt: skip
        with pytest.raises(ConfigurationError), store_with_work.session() as session:
            decide(session, SERVED, meeting=MEETING, text=text, item=item, unit=unit, due=None, by="x", now=NOW)
    with store_with_work.reading() as session:
        assert list_decisions(session, KEY, since=date(2026, 1, 1), until=date(2028, 1, 1)) == []
        assert len(list_actions(session, KEY)) == 1


def test_only_signed_analyses_since_the_last_meeting_are_told(store_with_work: Store) -> None:
    draft = Analysis(
        municipality=KEY, source="feeds", key="skolmat", meaning="Köken byggs om.", written_at=NOW, author="analytiker"
    )
    assert "Ingen analys har undertecknats" in page_of(store_with_work)
    with store_with_work.session() as session:
        save_analysis(session, draft)
    assert "Köken byggs om." not in page_of(store_with_work)
    with store_with_work.session() as session:
        sign_analysis(session, KEY, ("feeds", "skolmat"), 1, by="samordnare", now=NOW)
    page = page_of(store_with_work)
    assert "Köken byggs om." in page
    assert "undertecknad av samordnare" in page


def test_pack_of_an_empty_store_says_so_and_opens_in_word(sqlite_store: Store) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    page = page_of(sqlite_store)
    for words in ("Inga beslut är antecknade", "Inget väntar", "Inga kända frister", "Inga åtgärder är öppna"):
        assert words in page
    with sqlite_store.reading() as session:
        meeting = read_meeting(session, SERVED, MEETING, datetime(2026, 11, 30, tzinfo=UTC))
    file = docx.Document(io.BytesIO(word_of(meeting_pack(meeting, SERVED), NOW)))
    assert "Minnesanteckningar" in [paragraph.text for paragraph in file.paragraphs]

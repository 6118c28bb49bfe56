"""Parliament's adopted texts: how they are asked for, recess, errors within answers, and the limit of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy import Request

from crawlers.failures import FetchFailed
from crawlers.spiders.ep_adopted import EpAdopted
from store.errors import ChangedSource, ConfigurationError
from store.types import Concept, Reference, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, job, recording
from tests.crawlers.world_answers import OPTIONS, asked, parliament_answer

API = "https://data.europarl.europa.eu/api/v2/"


def data(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"data": rows, "@context": []}).encode()


def document(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"eli/dl/doc/{name}",
        "identifier": name,
        "document_date": "2026-07-09",
        "work_type": "def/ep-document-types/TEXT_ADOPTED",
        "is_about": ["http://eurovoc.europa.eu/1344"],
        "title_dcterms": {"sv": f"Titel {name}", "en": f"Title {name}"},
        **changes,
    }


class FakeParliament:
    """Lists texts of a year in pages of fifty, tells of each, and has the feed that it is given."""

    def __init__(self, names: list[str], feed: Answer = (404, b"")) -> None:
        self.names, self.feed = names, feed

    def __call__(self, request: Request) -> Answer:
        path = request.url.removeprefix(API).partition("?")[0]
        if path == "adopted-texts/feed":
            return self.feed
        if path == "adopted-texts":
            offset = int(asked(request)["offset"])
            return data(*(document(name) for name in self.names[offset : offset + 50]))
        return data(document(path.rpartition("/")[2]))


def names(count: int, first: int = 1) -> list[str]:
    return [f"TA-10-2026-{number:04}" for number in range(first, first + count)]


def read(answer: Any, **values: Any) -> Conversation:
    return converse(EpAdopted(job("ep_adopted", **values)), answer)


def details(talk: Conversation) -> list[str]:
    return [request.url.rpartition("/")[2] for request in talk.requests if "/adopted-texts/TA" in request.url]


def test_feed_list_document_and_procedure_are_asked_for_as_linked_data() -> None:
    talk = read(lambda request: parliament_answer("01", request), options=OPTIONS["ep_adopted"], user_agent="Utkik/0.1")
    assert {request.url for request in talk.requests} == {
        f"{API}adopted-texts/feed?timeframe=one-week",
        f"{API}adopted-texts?year=2026&offset=0&limit=50",
        f"{API}adopted-texts/TA-10-2026-0196",
        f"{API}adopted-texts/TA-10-2026-0197",
        f"{API}procedures/2025-0260",
    }
    assert {request.headers["Accept"] for request in talk.requests} == {b"application/ld+json"}
    # The form of name that the API asks for.
    assert {request.headers["User-Agent"] for request in talk.requests} == {b"Utkik-prd-0.1"}


def test_text_carries_its_swedish_title_its_concepts_and_its_procedure() -> None:
    talk = read(lambda request: parliament_answer("01", request))
    item = {item.key: item for item in talk.items}["TA-10-2026-0197"]
    assert item.title.startswith("Europaparlamentets lagstiftningsresolution")
    assert item.concepts == (Concept("eurovoc", "2443"),)
    assert item.references == (Reference("procedure", "2025/0260(COD)"), Reference("com", "COM(2025) 471"))


def test_corrigenda_are_left_out() -> None:
    assert "TA-10-2026-0197-COR01" not in details(read(lambda request: parliament_answer("01", request)))


@pytest.mark.parametrize("nothing", [(404, b""), (204, b"")], ids=["404", "204"])
def test_feed_without_answer_in_recess_is_empty_and_no_fault(nothing: Answer) -> None:
    talk = read(FakeParliament(names(3), feed=nothing))
    assert talk.endings["feed"].state is SourceState.WORKING
    assert len(talk.items) == 3


@pytest.mark.parametrize(
    ("feed", "state"),
    [
        (b'{"data": [], "error": "upstream request failed"}', SourceState.FAILING),
        (b'{"items": []}', SourceState.CHANGED),
        (FetchFailed(SourceState.FAILING, "Källan tog för lång tid."), SourceState.FAILING),
    ],
    ids=["error within the answer", "another shape", "no answer"],
)
def test_feed_that_fails_says_so_and_the_list_is_read_all_the_same(feed: Answer, state: SourceState) -> None:
    talk = read(FakeParliament(names(3), feed=feed))
    assert talk.endings["feed"].state is state
    assert talk.endings["texts"].state is SourceState.WORKING
    assert len(talk.items) == 3


def test_first_reading_takes_the_newest_sixty_and_the_mark_is_the_newest() -> None:
    talk = read(FakeParliament(names(170)))
    assert [asked(r)["offset"] for r in talk.requests if "year=" in r.url] == ["0", "50", "100", "150"]
    assert details(talk) == names(60, first=111)
    assert talk.endings["texts"].mark == "TA-10-2026-0170"


def test_later_reading_goes_on_from_the_mark_and_loses_nothing() -> None:
    talk = read(FakeParliament(names(170)), marks={"texts": "TA-10-2026-0050"})
    assert details(talk) == names(60, first=51)
    assert talk.endings["texts"].mark == "TA-10-2026-0110"


def test_feed_is_read_again_because_titles_follow_but_never_more_than_sixty_documents_in_all() -> None:
    feed = data(*(document(name) for name in names(170)))
    talk = read(FakeParliament(names(170), feed=feed), marks={"texts": "TA-10-2026-0168"})
    assert details(talk)[:4] == ["TA-10-2026-0169", "TA-10-2026-0170", "TA-10-2026-0168", "TA-10-2026-0167"]
    assert len(details(talk)) == 60


def test_document_that_is_listed_but_gone_is_skipped() -> None:
    def answer(request: Request) -> Answer:
        return (404, b"") if request.url.endswith("0002") else FakeParliament(names(3))(request)

    talk = read(answer)
    assert [skipped.key for skipped in talk.skipped] == ["TA-10-2026-0002"]
    assert talk.endings["texts"].state is SourceState.WORKING


def test_list_of_another_shape_is_a_change() -> None:
    with pytest.raises(ChangedSource):
        read(lambda request: b'{"results": []}' if "year=" in request.url else (404, b""))
    with pytest.raises(ChangedSource, match="names of texts"):
        read(lambda request: data({"name": "X"}) if "year=" in request.url else (404, b""))


def test_documents_whose_dates_moved_are_a_change() -> None:
    def answer(request: Request) -> Answer:
        if "/adopted-texts/TA" in request.url:
            return data(document(request.url.rpartition("/")[2], document_date="9.7.26"))
        return FakeParliament(names(3))(request)

    ending = read(answer).endings["texts"]
    assert (ending.state, ending.message) == (SourceState.CHANGED, "0 av 3 svar gick att läsa.")


def test_year_without_texts_in_august_is_quiet() -> None:
    assert read(lambda _: (404, b"")).endings["texts"].state is SourceState.QUIET


def test_procedure_tells_its_stage() -> None:
    talk = read(lambda request: parliament_answer("01", request), options=OPTIONS["ep_adopted"])
    item = {item.key: item for item in talk.items}["2025-0260"]
    assert item.text == "Skede: första behandlingen. Förfarande 2025/0260(COD)."
    assert recording("ep_adopted/01.procedure.2025-0260.json")


def test_procedures_that_are_no_list_of_procedures_are_a_wrong_configuration() -> None:
    too_many = [f"2025/{number:04}(COD)" for number in range(1, 52)]
    for wrong in ("2025/0260(COD)", ["COM(2025) 1"], too_many):
        with pytest.raises(ConfigurationError, match="procedures"):
            EpAdopted(job("ep_adopted", options={"procedures": wrong}))

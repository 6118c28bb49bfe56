"""What a coordinator reads of a failure is Swedish, whatever failed."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from crawlers.failures import FetchFailed, explain, explain_status, next_try_of
from store.errors import ChangedSource, EmptySource, RefusedBySource, SourceError
from store.types import SourceState
from tests.crawlers.conversation import NOW

ENGLISH = re.compile(r"\b(the|not|and|of|error|failed|request|required|found)\b", re.IGNORECASE)


@pytest.mark.parametrize("status", [*range(400, 600), 999])
def test_every_status_is_told_in_swedish(status: int) -> None:
    state, message = explain_status(status)
    assert state is not SourceState.WORKING
    assert str(status) in message
    assert not ENGLISH.search(message)
    assert status not in {each.value for each in HTTPStatus} or HTTPStatus(status).phrase not in message


@pytest.mark.parametrize("kind", [ChangedSource, EmptySource, RefusedBySource, SourceError])
def test_what_a_spider_says_stays_in_the_log(kind: type[SourceError]) -> None:
    state, message = explain(kind("no rows of the table found", source="a", part="b"))
    assert state.value == kind.state
    assert not ENGLISH.search(message)


def test_a_fault_in_a_spider_is_told_as_another_form_and_without_its_words() -> None:
    assert explain(KeyError("title")) == (
        SourceState.CHANGED,
        "Ovanligt svar: innehållet har en annan form än väntat.",
    )


def test_only_a_guard_knows_when_to_try_again() -> None:
    assert next_try_of(FetchFailed(SourceState.FAILING, "Vänta.", next_try=NOW)) == NOW
    assert next_try_of(OSError()) is next_try_of(None) is None

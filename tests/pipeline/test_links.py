"""Signed links: what they say comes back, and nothing that is not exactly ours is accepted."""

from __future__ import annotations

import random
import string
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.keys import Keys
from pipeline.links import ANSWER, UNIT, UNSUBSCRIBE, Link, LinkRefused, Links, read, sign

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
KEYS = Keys({1: b"\x01" * 32})
LINK = Link(purpose=ANSWER, digest_id="0123456789abcdef0123", position=7)
TOKEN = sign(KEYS, LINK, NOW)
CHARACTERS = string.ascii_letters + string.digits + "-_.~=!%+/ å\n\x00"


def accepted(token: str, purpose: str = ANSWER, keys: Keys = KEYS, now: datetime = NOW) -> bool:
    try:
        read(keys, purpose, token, now)
    except LinkRefused:
        return False
    return True


def test_token_says_what_it_was_made_of_and_is_short() -> None:
    assert read(KEYS, ANSWER, TOKEN, NOW) == LINK
    assert len(TOKEN) <= 80
    assert Links(KEYS, "https://utkik.example.org/").url(LINK, NOW) == f"https://utkik.example.org/svar/{TOKEN}"


def test_F60_no_token_with_one_character_changed_added_or_taken_away_is_accepted() -> None:
    changed = {TOKEN[:at] + new + TOKEN[at + 1 :] for at in range(len(TOKEN)) for new in CHARACTERS}
    added = {TOKEN[:at] + new + TOKEN[at:] for at in range(len(TOKEN) + 1) for new in CHARACTERS}
    cut = {TOKEN[:at] + TOKEN[at + length :] for at in range(len(TOKEN)) for length in (1, 2, len(TOKEN))}
    altered = (changed | added | cut) - {TOKEN}
    assert len(altered) > 10_000
    assert [token for token in altered if accepted(token)] == []


def test_F60_none_of_a_hundred_thousand_altered_tokens_is_accepted() -> None:
    chance = random.Random(48)  # noqa: S311 - the same alterations every time
    tried = 0
    for _ in range(100_000):
        letters = list(TOKEN)
        for _ in range(chance.randint(1, 6)):
            letters[chance.randrange(len(letters))] = chance.choice(CHARACTERS[:64])
        altered = "".join(letters)
        if altered != TOKEN:
            tried += 1
            assert not accepted(altered), altered
    assert tried > 95_000


@pytest.mark.parametrize("purpose", [UNSUBSCRIBE, UNIT])
def test_F60_token_of_another_purpose_is_not_accepted(purpose: str) -> None:
    assert not accepted(TOKEN, purpose)
    assert not accepted(sign(KEYS, Link(purpose=purpose, digest_id="0123456789abcdef0123"), NOW))


@pytest.mark.parametrize("token", ["", ".", "....", "1.a.0.1", "x" * 5000, "1.a.0.1.", TOKEN * 3, "å" * 70])
def test_F60_what_was_never_a_token_is_refused(token: str) -> None:
    assert not accepted(token)


def test_F60_answer_link_expires_after_ninety_days_and_the_right_to_end_never() -> None:
    assert accepted(TOKEN, now=NOW + timedelta(days=90))
    assert not accepted(TOKEN, now=NOW + timedelta(days=91))
    assert not accepted(TOKEN, now=NOW - timedelta(days=2))
    ending = sign(KEYS, Link(purpose=UNSUBSCRIBE, digest_id="0123456789abcdef0123"), NOW)
    assert accepted(ending, UNSUBSCRIBE, now=NOW + timedelta(days=3000))


def test_F60_token_of_a_key_that_is_gone_is_refused_and_of_an_older_one_is_not() -> None:
    both = Keys({1: b"\x01" * 32, 2: b"\x02" * 32})
    assert accepted(TOKEN, keys=both)
    renewed = sign(both, LINK, NOW)
    assert renewed.startswith("2.")
    assert accepted(renewed, keys=both)
    assert not accepted(renewed)
    assert not accepted(TOKEN, keys=Keys({1: b"\x03" * 32}))
    assert not accepted(f"2{TOKEN[1:]}", keys=both)


def test_F60_refusal_is_logged_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    assert not accepted(TOKEN[:-1])
    assert "refused" in caplog.text
    assert TOKEN[:30] not in caplog.text


def test_what_cannot_stand_in_a_token_is_not_signed() -> None:
    with pytest.raises(ValueError, match="not to be signed"):
        sign(KEYS, Link(purpose=ANSWER, digest_id="a.b/../c"), NOW)

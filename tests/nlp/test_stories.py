"""Which items are the same story, and which only look alike."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta

import pytest

from nlp.stories import StoryEntry, group
from store.types import Kind, Reference, Story

TEXT = (
    "Regeringen ger länsstyrelserna i uppdrag att stödja kommunernas arbete med dagvatten. Uppdraget omfattar tolv "
    "miljoner kronor och ska bidra till att städer klarar skyfall bättre. Länsstyrelserna ska ta fram vägledning, "
    "kartor och utbildning tillsammans med kommunerna, och sprida exempel från orter som har kommit långt."
)
TITLE = "Länsstyrelser ska hjälpa kommuner med dagvatten"


def _entry(
    source: str = "regeringen",
    key: str = "a",
    title: str = TITLE,
    text: str = TEXT,
    day: date | None = date(2026, 3, 2),
    language: str = "sv",
    references: tuple[Reference, ...] = (),
    kind: Kind | None = None,
) -> StoryEntry:
    return StoryEntry(
        source=source,
        key=key,
        title=title,
        text=text,
        published=day,
        language=language,
        references=references,
        kind=kind,
    )


def _members(stories: list[Story]) -> list[set[tuple[str, str]]]:
    return [set(story.members) for story in stories]


def test_same_title_in_two_sources_is_one_story() -> None:
    stories = group([_entry(), _entry("feeds", "b", text="En kort ingress.", day=date(2026, 3, 4))], {})
    assert _members(stories) == [{("regeringen", "a"), ("feeds", "b")}]


def test_rewritten_headline_over_nearly_the_same_text_is_one_story() -> None:
    copied = TEXT.replace("tolv miljoner kronor", "12 miljoner")
    news = _entry("feeds", "b", title="Kommuner får hjälp med dagvatten", text=copied)
    assert len(group([_entry(), news], {})) == 1


def test_lead_cut_from_a_longer_text_is_one_story() -> None:
    longer = f"{TEXT} {' '.join(f'Mening {word} handlar om annat.' for word in TEXT.split())}"
    assert len(group([_entry(text=longer), _entry("feeds", "b", text=TEXT[:250])], {})) == 1


def test_same_document_number_in_two_sources_is_one_story() -> None:
    number = (Reference("com", "COM(2026) 541", "is"),)
    other = (Reference("com", "COM(2026)541", "is"),)
    one = _entry("cellar", "52026PC0541", title="Förslag till direktiv om vatten", text="", references=number)
    two = _entry("eur-lex", "x", title="Proposal on water", text="", day=date(2026, 5, 2), references=other)
    assert len(group([one, two], {})) == 1


def test_a_document_that_mentions_the_number_is_another_story() -> None:
    one = _entry(
        "cellar", "a", title="Förslag om vatten", text="", references=(Reference("com", "COM(2026) 541", "is"),)
    )
    two = _entry(
        "regeringen", "b", title="Fakta om förslaget", text="", references=(Reference("com", "COM(2026) 541"),)
    )
    assert group([one, two], {}) == []


def test_sibling_calls_are_not_one_story() -> None:
    first = _entry("funding_tenders", "01", references=(Reference("call", "LIFE-2026-WATER-01", "is"),))
    second = _entry("feeds", "02", references=(Reference("call", "LIFE-2026-WATER-02", "is"),))
    assert group([first, second], {}) == []


def test_sibling_calls_under_one_call_are_not_one_story() -> None:
    parent = Reference("call", "LIFE-2026-WATER", "is")
    first = _entry("funding_tenders", "01", references=(parent, Reference("call", "LIFE-2026-WATER-01", "is")))
    second = _entry("portal", "02", references=(parent, Reference("call", "LIFE-2026-WATER-02", "is")))
    assert group([first, second], {}) == []


def test_titles_that_differ_in_a_number_are_not_one_story() -> None:
    this = _entry(title="Bidrag till vänorter 2026: ansök nu", day=None)
    last = _entry("feeds", "b", title="Bidrag till vänorter 2025: ansök nu", day=None)
    assert group([this, last], {}) == []


def test_next_years_round_under_the_same_title_is_not_one_story() -> None:
    assert group([_entry(), _entry("feeds", "b", day=date(2027, 3, 2))], {}) == []


def test_two_titles_over_one_standard_text_of_an_authority_are_two_things() -> None:
    text = (
        "Här kan du ta del av till vilka instanser som regeringen har remitterat förslaget. Övriga svar finns i akten."
    )
    first = _entry(title="Remiss av förslag om villkorlig frigivning", text=text)
    second = _entry(key="b", title="Remiss av förslag om psykiskt våld", text=text)
    assert group([first, second], {}) == []


@pytest.mark.parametrize("title", ["Integration", "Ny skollag", ""])
def test_short_title_makes_no_story(title: str) -> None:
    assert group([_entry(title=title, text=""), _entry("feeds", "b", title=title, text="")], {}) == []


def test_different_news_of_one_day_are_not_one_story() -> None:
    other = _entry("feeds", "b", title="Ny bro i Mellerud", text="Bron över kanalen är klar och öppnas för trafik.")
    assert group([_entry(), other], {}) == []


def test_item_without_a_twin_makes_no_story() -> None:
    assert group([_entry()], {}) == []


def test_nothing_makes_no_story() -> None:
    assert group([], {}) == []


def test_official_source_is_shown_before_news_and_swedish_before_english() -> None:
    news = _entry("svt", "n", day=date(2026, 3, 1), kind=Kind.NEWS)
    english = _entry("portal", "e", day=date(2026, 3, 1), language="en")
    swedish = _entry("regeringen", "s", day=date(2026, 3, 3))
    (story,) = group([news, english, swedish], {})
    assert story.members == (("regeringen", "s"), ("portal", "e"), ("svt", "n"))


def test_story_keeps_its_id_when_an_earlier_member_joins() -> None:
    pair = [_entry(), _entry("feeds", "b")]
    (before,) = group(pair, {})
    existing = dict.fromkeys(before.members, before.id)
    (after,) = group([*pair, _entry("svt", "c", day=date(2026, 2, 27))], existing)
    assert after.id == before.id
    assert len(after.members) == 3


def test_two_stories_that_become_one_keep_the_oldest_id() -> None:
    early, late = _entry(day=date(2026, 3, 1)), _entry("feeds", "b", day=date(2026, 3, 5))
    (story,) = group([late, early], {("regeringen", "a"): "old", ("feeds", "b"): "new"})
    assert story.id == "old"


def test_existing_members_stay_together_though_their_texts_changed() -> None:
    changed = _entry("feeds", "b", title="Något helt annat nu", text="Texten har skrivits om från början till slut.")
    (story,) = group([_entry(), changed], {("regeringen", "a"): "s", ("feeds", "b"): "s"})
    assert story.id == "s"


def test_member_outside_the_window_stays_in_its_story() -> None:
    existing = {("regeringen", "a"): "s", ("feeds", "gone"): "s"}
    (story,) = group([_entry(), _entry("svt", "c")], existing)
    assert story == Story(id="s", members=(("regeringen", "a"), ("svt", "c"), ("feeds", "gone")))


def test_order_of_the_entries_does_not_matter() -> None:
    entries = [
        _entry(f"source{number % 4}", str(number), title=f"Nyhet om {word} i kommunen idag", text=f"{word} {TEXT}")
        for number, word in enumerate(["vatten", "skola", "vatten", "väg", "skola", "vatten", "buss", "väg"])
    ]
    shuffled = entries[:]
    random.Random(3).shuffle(shuffled)  # noqa: S311 - chance for a test, not a secret
    assert group(entries, {}) == group(shuffled, {})
    assert group(entries, {})


def test_grouping_again_changes_nothing() -> None:
    entries = [_entry(), _entry("feeds", "b"), _entry("svt", "c", title="Dagvatten får nytt stöd av staten")]
    first = group(entries, {})
    assert group(entries, {member: story.id for story in first for member in story.members}) == first


def test_planted_duplicates_among_thousands_are_found_in_seconds() -> None:
    chance = random.Random(5)  # noqa: S311 - chance for a test, not a secret
    vocabulary = [f"ord{number}" for number in range(4000)]
    entries = []
    for number in range(10_000):
        body = chance.choices(vocabulary, k=40)
        day = date(2026, 1, 1) + timedelta(days=number % 20)
        entries.append(_entry("one", str(number), title=" ".join(body[:6]), text=" ".join(body), day=day))
        if number % 10 == 0:
            body[chance.randrange(8, 40)] = "ändrat"
            entries.append(_entry("two", str(number), title=" ".join(body[:5]), text=" ".join(body), day=day))
    began = time.process_time()
    stories = group(entries, {})
    assert time.process_time() - began < 20  # 2 s on a quiet machine
    assert all(len({key for _, key in story.members}) == 1 for story in stories)
    assert len(stories) >= 970  # of 1,000

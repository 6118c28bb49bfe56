"""Listing pages: what counts as an item, what days the words give it, and how a page that changed is told."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from crawlers.failures import FetchFailed
from crawlers.listing_catalogue import bundled_listings, listing_facts, merged_listings
from crawlers.listing_days import Days, days_in
from crawlers.spiders.listings import Listings
from store.codec import item_to_json
from store.errors import ChangedSource, ConfigurationError, EmptySource
from store.types import Kind, SourceState
from tests.crawlers.conversation import converse, recording
from tests.crawlers.expecting import expected_in
from tests.crawlers.listing_answers import FOLDER, listing_table, listings_source, read_listing_page

TODAY = date(2026, 8, 22)
PAGE = recording("listings/01.html").decode()


@pytest.mark.parametrize("number", sorted(path.name[:2] for path in FOLDER.glob("*.html")))
def test_recorded_page_gives_exactly_the_expected_items(number: str) -> None:
    talk = read_listing_page(number)
    found = [item_to_json(item) for item in talk.items]
    assert found == expected_in(FOLDER / f"{number}.expected.json", found)
    assert talk.endings["prov"].state is SourceState.WORKING


def test_a_new_source_is_one_table_and_one_page(tmp_path: Path) -> None:
    table = tmp_path / "utkik.toml"
    table.write_text('[listings.ny]\nurl = "https://ny.example/stod/"\npublisher = "Nya fonden"\n', encoding="utf-8")
    page = tmp_path / "01.html"
    page.write_text(
        "<html><body><main><p>Senast uppdaterad 1 juli 2026</p><ul>"
        '<li><a href="/stod/bredband-2026">Bredband till alla byar</a> Ansök senast den 5 oktober 2026.</li>'
        '<li><a href="/stod/samlingslokaler">Stöd till samlingslokaler</a> Löpande.</li></ul></main></body></html>',
        encoding="utf-8",
    )
    source = listings_source(tomllib.loads(table.read_text(encoding="utf-8"))["listings"])
    items = converse(source, lambda _: page.read_bytes()).items
    assert [(item.title, item.kind, item.publisher) for item in items] == [
        ("Bredband till alla byar", Kind.CALL, "Nya fonden"),
        ("Stöd till samlingslokaler", Kind.CALL, "Nya fonden"),
    ]
    assert [deadline.on for item in items for deadline in item.deadlines] == [date(2026, 10, 5)]


def test_every_page_is_a_part_asked_once_and_conditionally() -> None:
    source = listings_source({"prov": listing_table("01"), "av": {"url": "", "enabled": False}})
    talk = converse(source, lambda _: PAGE.encode())
    assert [request.url for request in talk.requests] == ["https://www.exempelradet.example/utlysningar/"]
    assert talk.requests[0].meta["conditional"]
    assert talk.requests[0].meta["expect"] == "html"
    assert source.hosts == ("www.exempelradet.example",)
    assert (source.floor("prov"), source.floor("av")) == (2, 0)


DAYS = {
    "Sista ansökningsdag: 30 oktober 2026": Days(deadline=date(2026, 10, 30)),
    "Stänger 17 februari 2027": Days(deadline=date(2027, 2, 17)),
    "Ansökan ska ha kommit in senast den 3:e mars 2027 kl. 14": Days(deadline=date(2027, 3, 3)),
    "Deadline: 2026-11-02": Days(deadline=date(2026, 11, 2)),
    "Closing date: November 2nd, 2026": Days(deadline=date(2026, 11, 2)),
    "Opens 1 September 2026, closes 15 Dec 2026": Days(opens=date(2026, 9, 1), deadline=date(2026, 12, 15)),
    "Publicerad 18 augusti 2026. Stänger när pengarna är slut.": Days(published=date(2026, 8, 18)),
    "Senast uppdaterad 20 augusti 2026": Days(),
    "Seminarium 4 november 2026": Days(),
    "Stänger snart. Möte den 4 november 2026": Days(),
    "Sista dag är inte bestämd. Publicerad 2026-08-01": Days(published=date(2026, 8, 1)),
    "Deadline 31 februari 2027": Days(),
    "Deadline 12026-11-02 och 1 maj 2099": Days(),
}


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_a_deadline_only_where_the_words_say_so(text: str) -> None:
    assert days_in(text, TODAY) == DAYS[text]


NO_ITEMS = {
    "in a menu": '<nav><a href="/utlysningar/x/y">En rubrik som är lång nog</a></nav>',
    "in the page's header": '<header><a href="/utlysningar/x/y">En rubrik som är lång nog</a></header>',
    "in its footer": '<footer><a href="/utlysningar/x/y">En rubrik som är lång nog</a></footer>',
    "short": '<main><a href="/utlysningar/x/y">Nästa sida</a></main>',
    "on another host": '<main><a href="https://b.example/utlysningar/x/y">En rubrik som är lång nog</a></main>',
    "no deeper than the page": '<main><a href="/nyheter">En rubrik som är lång nog</a></main>',
    "the page itself": '<main><a href="/utlysningar/#lista">En rubrik som är lång nog</a></main>',
    "not to be followed": '<main><a href="javascript:x()">En rubrik som är lång nog</a></main>',
}


@pytest.mark.parametrize("what", NO_ITEMS)
def test_a_link_that_is_navigation_is_no_item(what: str) -> None:
    page = f"<html><body>{NO_ITEMS[what]}<p>{'Text på sidan. ' * 60}</p></body></html>"
    with pytest.raises(EmptySource):
        read_listing_page("01", page.encode())


def test_F22_a_page_with_text_but_no_items_is_quiet_and_a_shell_without_is_changed() -> None:
    with pytest.raises(EmptySource):
        read_listing_page("01", f"<html><main>{'<p>Inga utlysningar just nu.</p>' * 40}</main></html>".encode())
    with pytest.raises(ChangedSource):
        read_listing_page("01", b"<html><body><div id='root'></div><script>boot()</script></body></html>")


def test_F23_a_login_page_a_wall_and_data_are_changes() -> None:
    login = b"<html><body><h1>Logga in</h1><form><input type='password'></form></body></html>"
    with pytest.raises(FetchFailed) as caught:
        read_listing_page("01", login)
    assert caught.value.state is SourceState.CHANGED
    with pytest.raises(ChangedSource):
        read_listing_page("01", b"<html><body><div>Vi vill anv\xc3\xa4nda kakor. Godk\xc3\xa4nn</div></body></html>")
    with pytest.raises(ChangedSource):
        read_listing_page("01", b'{"error": "no page"}')


def test_F22_a_selector_that_finds_nothing_any_more_leaves_the_page_changed_and_its_items_kept() -> None:
    page = recording("listings/02.html").replace(b"call-card__closes", b"c-closes")
    talk = read_listing_page("02", page)
    assert talk.endings["prov"].state is SourceState.CHANGED
    assert "deadline" in talk.endings["prov"].message
    assert len(talk.items) == 2


def test_F22_an_item_selector_that_finds_nothing_readable_is_a_change() -> None:
    with pytest.raises(ChangedSource):
        read_listing_page("02", recording("listings/02.html").replace(b"call-card__name", b"c-name"))


def test_the_page_may_call_itself_another_encoding() -> None:
    page = PAGE.replace("utf-8", "iso-8859-1").encode("iso-8859-1", "xmlcharrefreplace")
    assert read_listing_page("01", page).items[0].title == "Stärka unga på landsbygden"


def test_a_hostile_page_is_read_in_time() -> None:
    deep = "<div>" * 20_000 + '<a href="/utlysningar/x/y">En rubrik som är lång nog</a>'
    many = "".join(f'<a href="/utlysningar/x/{n}">En rubrik som är lång nog {n}</a>' for n in range(5_000))
    with pytest.raises(EmptySource):
        read_listing_page("01", f"<html><body><p>{'Text. ' * 100}</p><main>{deep}</main></body></html>".encode())
    assert read_listing_page("01", f"<html><body><main>{many}</main></body></html>".encode()).items


def test_the_catalogue_is_sound_and_every_page_off_says_why() -> None:
    facts = listing_facts(merged_listings({}))
    assert len({page.title for page in facts}) == len(facts) >= 25
    recorded = {tomllib.loads(path.read_text(encoding="utf-8"))["url"] for path in FOLDER.glob("*.toml")}
    assert all(page.url in recorded for page in facts if page.enabled)
    assert all("av tills en sida har spelats in" in page.why_off for page in facts if not page.enabled)
    assert all(page.why_off.startswith("Adressen är inte känd.") for page in facts if not page.url)
    addresses = [page.url for page in facts if page.url]
    assert len(set(addresses)) == len(addresses) >= 12
    assert all(address.startswith("https://") for address in addresses)
    assert {page.region for page in facts} == {"Sverige", "EU", "Norden", "Världen"}


def test_nothing_is_read_until_a_page_is_switched_on() -> None:
    assert not Listings.enabled_by_default
    assert Listings.why_off
    with pytest.raises(ConfigurationError, match="ingen listsida"):
        listings_source({"a": {"url": "https://a.example/", "enabled": False}})
    assert "mucf" in listings_source(merged_listings({"mucf": {"enabled": True}})).pages


WRONG = [
    ("a", {}, "url"),
    ("a", {"url": "", "enabled": True}, "url"),
    ("a", {"url": "file:///etc/passwd", "enabled": False}, "url"),
    ("a:b", {"url": "https://a.example/"}, "namnet"),
    ("a", {"url": "https://a.example/", "kind": "gossip"}, "kind"),
    ("a", {"url": "https://a.example/", "region": "Månen"}, "region"),
    ("a", {"url": "https://a.example/", "titel": "x"}, "titel"),
    ("a", {"url": "https://a.example/", "item": "li["}, "item"),
    ("a", {"url": "https://a.example/", "link": "("}, "link"),
]


@pytest.mark.parametrize(("name", "table", "word"), WRONG)
def test_a_wrong_table_is_refused_with_the_page_named(name: str, table: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}.*{word}"):
        listing_facts({name: table})


def test_the_bundled_tables_are_read_once() -> None:
    assert bundled_listings() is bundled_listings()

"""What configuration says of a source reaches the crawl; a source that is off stays off until told otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crawlers.catalogue import SourceFacts, facts
from pipeline.demo import SAMPLED, demo_installation
from pipeline.installation import create_installation
from pipeline.settings import Settings, load_settings
from pipeline.week import is_on, options_of, wanted_sources

ANY = next(source for source in facts() if source.name == "cellar")
OFF_BY_DEFAULT: SourceFacts = replace(ANY, enabled_by_default=False, why_off="Kräver en nyckel.")


def settings(home: Path, text: str = "") -> Settings:
    (home / "utkik.toml").write_text(text, encoding="utf-8")
    return load_settings(home, {})


def test_a_source_off_by_default_is_read_only_when_switched_on(tmp_path: Path) -> None:
    assert not is_on(settings(tmp_path), OFF_BY_DEFAULT)
    assert not is_on(settings(tmp_path, '[sources.cellar.options]\nkey = "1"'), OFF_BY_DEFAULT)
    assert is_on(settings(tmp_path, "[sources.cellar]\nenabled = true"), OFF_BY_DEFAULT)


def test_a_source_on_by_default_stays_on_when_only_its_options_are_given(tmp_path: Path) -> None:
    assert is_on(settings(tmp_path, '[sources.cellar.options]\nkey = "1"'), ANY)
    assert not is_on(settings(tmp_path, "[sources.cellar]\nenabled = false"), ANY)


def test_a_source_gets_its_own_options_and_no_other(tmp_path: Path) -> None:
    said = settings(tmp_path, '[sources.cellar.options]\nkey = "hemlig"\npages = 3')
    assert options_of(said, "cellar") == {"key": "hemlig", "pages": 3}
    assert options_of(said, "regeringen") == {}


def test_a_key_may_be_given_in_the_environment(tmp_path: Path) -> None:
    said = load_settings(tmp_path, {"UTKIK_SOURCES__CELLAR__OPTIONS__KEY": "hemlig"})
    assert options_of(said, "cellar") == {"key": "hemlig"}


def test_feeds_of_configuration_still_reach_the_feed_source(tmp_path: Path) -> None:
    said = settings(tmp_path, '[feeds.ortsbladet]\nurl = "https://example.org/rss"\ntitle = "Ortsbladet"')
    feeds = options_of(said, "feeds")["feeds"]
    assert isinstance(feeds, dict)
    assert feeds["ortsbladet"] == {"url": "https://example.org/rss", "title": "Ortsbladet"}
    assert "skr" in feeds


def test_the_demonstration_asks_only_the_sources_it_has_answers_for(tmp_path: Path) -> None:
    create_installation(tmp_path, "mellerud")
    with demo_installation(tmp_path, "before") as installation:
        assert [source.name for source in wanted_sources(installation.settings, [])] == sorted(SAMPLED)


def test_listing_pages_are_read_when_one_of_them_is_switched_on(tmp_path: Path) -> None:
    listings = next(source for source in facts() if source.name == "listings")
    assert not is_on(settings(tmp_path), listings)
    said = settings(tmp_path, "[listings.mucf]\nenabled = true")
    assert is_on(said, listings)
    pages = options_of(said, "listings")["listings"]
    assert isinstance(pages, dict)
    assert [name for name, page in pages.items() if page["enabled"]] == ["mucf"]
    assert pages["mucf"]["url"] == "https://www.mucf.se/bidrag"
    assert not is_on(
        settings(tmp_path, "[sources.listings]\nenabled = false\n[listings.mucf]\nenabled = true"), listings
    )

"""Scrapy's defaults are not safe ones: what this project sets instead is pinned here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

from crawlers.catalogue import find_source
from crawlers.job import Job
from crawlers.settings import settings_for

JOB = Job(
    source="cellar",
    now=datetime(2026, 8, 22, 6, 0, tzinfo=UTC),
    user_agent="Utkik/0.1 (+mailto:utkik@example.org)",
    delay_seconds=1.5,
    timeout_seconds=25.0,
    max_bytes=1_000_000,
)


def test_the_settings_that_keep_a_crawl_safe() -> None:
    settings = Settings(settings_for(JOB))
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is True
    assert settings.getint("DOWNLOAD_MAXSIZE") == 1_000_000
    assert settings.getfloat("DOWNLOAD_TIMEOUT") == 25.0
    assert settings.getbool("ROBOTSTXT_OBEY") is True
    assert settings["ROBOTSTXT_USER_AGENT"] == "Utkik"
    assert settings.getbool("TELNETCONSOLE_ENABLED") is False
    assert settings.getbool("REMOTE_CONTROL_ENABLED") is False
    assert settings.getbool("COOKIES_ENABLED") is False
    assert settings.getbool("HTTPPROXY_ENABLED") is False
    assert settings.getbool("METAREFRESH_ENABLED") is False
    assert settings.getint("REDIRECT_MAX_TIMES") == 5
    assert settings["TWISTED_DNS_RESOLVER"] == "crawlers.address.PublicResolver"


def test_F17_only_http_has_a_handler_and_it_is_the_guarded_one() -> None:
    handlers = Settings(settings_for(JOB)).get_component_priority_dict_with_base("DOWNLOAD_HANDLERS")
    assert {scheme: handler for scheme, handler in handlers.items() if handler} == {
        "http": "crawlers.wire.Wire",
        "https": "crawlers.wire.Wire",
    }


def test_the_settings_that_keep_a_crawl_polite() -> None:
    settings = Settings(settings_for(JOB))
    assert settings["USER_AGENT"] == "Utkik/0.1 (+mailto:utkik@example.org)"
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert settings.getfloat("DOWNLOAD_DELAY") == 1.5
    assert settings.getbool("AUTOTHROTTLE_ENABLED") is True
    assert settings.getint("RETRY_TIMES") == 2
    assert [code for code in settings.getlist("RETRY_HTTP_CODES") if 400 <= code < 500] == [408]


def test_a_source_is_asked_as_seldom_as_it_wants_whatever_configuration_says() -> None:
    wanted = {"gdelt": 5.5, "ted": 0.5, "ep_adopted": 0.6, "riksdagen": 0.6, "funding_tenders": 1.0}
    for name, seconds in wanted.items():
        eager = replace(JOB, source=name, delay_seconds=0.0)
        assert settings_for(eager, find_source(name).least_delay)["DOWNLOAD_DELAY"] == seconds
    against_replay = replace(JOB, delay_seconds=0.0, replay_url="http://127.0.0.1:8900")
    assert settings_for(against_replay, 5.5)["DOWNLOAD_DELAY"] == 0.0


def test_the_guards_stand_in_the_place_of_scrapys_own() -> None:
    wanted = Settings(settings_for(JOB)).get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
    names = [
        name if isinstance(name, str) else f"{name.__module__}.{name.__qualname__}"
        for name in build_component_list(wanted)
    ]
    ours = [name for name in names if name.startswith("crawlers.")]
    assert ours == [
        "crawlers.address.AddressGuard",
        "crawlers.holding.HoldGuard",
        "crawlers.robots.RobotsGuard",
        "crawlers.politeness.BackOff",
        "crawlers.conditional.ConditionalGet",
        "crawlers.challenge.ChallengeGuard",
        "crawlers.politeness.RetryAfter",
        "crawlers.recorder.Recorder",
        "crawlers.redirects.RedirectGuard",
    ]
    assert [name.rpartition(".")[2] for name in names if name not in ours] == [
        "DownloadTimeoutMiddleware",
        "DefaultHeadersMiddleware",
        "UserAgentMiddleware",
        "HttpCompressionMiddleware",
        "DownloaderStats",
    ]


def test_extensions_that_do_nothing_here_are_not_even_loaded() -> None:
    wanted = Settings(settings_for(JOB)).get_component_priority_dict_with_base("EXTENSIONS")
    assert [name.rpartition(".")[2] for name in build_component_list(wanted)] == ["CoreStats", "AutoThrottle"]

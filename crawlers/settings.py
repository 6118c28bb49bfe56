"""Scrapy's settings for one job: its defaults are not safe ones, so each that matters is set here."""

from __future__ import annotations

from typing import Any

from crawlers.job import Job

HANDLER = "crawlers.wire.Wire"


def settings_for(job: Job, least_delay: float = 0.0) -> dict[str, Any]:
    """Return the settings under which a job is crawled; `least_delay` is what its source asks for."""
    return {**_limits(job), **_politeness(job, least_delay), **_components(), "UTKIK_REPLAY_URL": job.replay_url}


def _limits(job: Job) -> dict[str, Any]:
    return {
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": job.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": job.timeout_seconds,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "REDIRECT_MAX_TIMES": 5,
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # it would read the environment and go round the address guard
        "REFERRER_POLICY": "no-referrer",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "TWISTED_DNS_RESOLVER": "crawlers.address.PublicResolver",
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, "file": None, "ftp": None, "data": None, "s3": None},
        "LOG_INSTALL_ROOT_HANDLER": False,  # `crawlers.crawl` writes lines of our own
        "LOG_VERSIONS": [],
        "STATS_DUMP": False,
    }


def _politeness(job: Job, least_delay: float) -> dict[str, Any]:
    delay = job.delay_seconds if job.replay_url else max(job.delay_seconds, least_delay)
    return {
        "USER_AGENT": job.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": job.user_agent.partition("/")[0],
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": delay > 0,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": 30.0,
        "RETRY_TIMES": 2,
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.CannotResolveHostError",
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
            "twisted.internet.error.ConnectError",
            "twisted.internet.error.ConnectionLost",
        ],  # no time-outs: a slow server is not made faster by asking again
        "RETRY_HTTP_CODES": [408, 500, 502, 503, 504, 522, 524],  # never another 4xx: asking again changes nothing
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "sv, en;q=0.8"},
    }


def _components() -> dict[str, Any]:
    built_in = "scrapy.downloadermiddlewares"
    return {
        # Of Scrapy's own what does something here: it would load the rest only to find it off, a third of each start.
        "EXTENSIONS_BASE": {
            "scrapy.extensions.corestats.CoreStats": 0,
            "scrapy.extensions.throttle.AutoThrottle": 0,
        },
        "DOWNLOADER_MIDDLEWARES_BASE": {
            f"{built_in}.downloadtimeout.DownloadTimeoutMiddleware": 350,
            f"{built_in}.defaultheaders.DefaultHeadersMiddleware": 400,
            f"{built_in}.useragent.UserAgentMiddleware": 500,
            f"{built_in}.httpcompression.HttpCompressionMiddleware": 590,
            f"{built_in}.stats.DownloaderStats": 850,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.address.AddressGuard": 90,
            "crawlers.holding.HoldGuard": 95,
            "crawlers.robots.RobotsGuard": 100,
            "crawlers.politeness.BackOff": 550,
            "crawlers.conditional.ConditionalGet": 555,
            "crawlers.challenge.ChallengeGuard": 560,
            "crawlers.politeness.RetryAfter": 570,
            "crawlers.recorder.Recorder": 580,
            "crawlers.redirects.RedirectGuard": 600,
        },
        "SPIDER_MIDDLEWARES": {"crawlers.parts.PartKeeper": 10},
    }

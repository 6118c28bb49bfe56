"""robots.txt and Retry-After are obeyed, and requests to one host keep their distance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawlers.politeness import read_retry_after, tell_time
from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for, one_page_each
from tests.crawlers.hostile import Answer, HostileServer, silent

NOON = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)


def test_F18_what_robots_txt_denies_is_not_fetched(server: HostileServer) -> None:
    agents = {"everyone.example": "*", "named.example": "Utkik", "lower.example": "utkik"}
    for host, agent in agents.items():
        server.script(f"/{host}/robots.txt", Answer(200, f"User-agent: {agent}\nDisallow: /page".encode()))
        server.script(f"/{host}/page", Answer(200))
    user_agent = "Utkik/0.1 (+https://utkik.example; utkik@example.org)"
    crawled = crawl(one_page_each(server, list(agents), user_agent=user_agent))
    assert set(crawled.parts) == set(agents)
    for part in crawled.parts.values():
        assert part.state is SourceState.REFUSED
        assert part.message == "Källan tillåter inte hämtning (robots.txt)."
    assert all(path.endswith("/robots.txt") for path in server.paths())


def test_F18_one_robots_txt_holds_for_every_request_that_waits_for_it(server: HostileServer) -> None:
    server.script("/source.example/robots.txt", Answer(200, b"User-agent: *\nDisallow: /no"))
    server.script("/source.example/yes", Answer(200))
    urls = {f"no {n}": f"https://source.example/no{n}" for n in range(5)}
    crawled = crawl(job_for(server.url, urls={**urls, "yes": "https://source.example/yes"}))
    assert [crawled.parts[part].state for part in urls] == [SourceState.REFUSED] * 5
    assert crawled.parts["yes"].state is SourceState.WORKING
    assert server.paths() == ["/source.example/robots.txt", "/source.example/yes"]


def test_F19_while_robots_txt_fails_nothing_is_fetched_and_a_later_run_reads_it(server: HostileServer) -> None:
    answers = {"error.example": Answer(500), "closed.example": Answer(503), "mute.example": Answer(behave=silent)}
    for host, answer in answers.items():
        server.script(f"/{host}/robots.txt", answer, Answer(200, b""))
        server.script(f"/{host}/page", Answer(200))
    job = one_page_each(server, list(answers), timeout_seconds=1.5)
    crawled = crawl(job)
    assert set(crawled.parts) == set(answers)
    for part in crawled.parts.values():
        assert part.state is SourceState.FAILING
        assert part.message == "Väntar på robots.txt: källan svarar inte på om den får hämtas."
    assert sorted(server.paths()) == sorted(f"/{host}/robots.txt" for host in answers)
    assert {part.state for part in crawl(job).parts.values()} == {SourceState.WORKING}


def test_a_host_without_robots_txt_may_be_read(server: HostileServer) -> None:
    hosts = {"unknown.example": 401, "forbidden.example": 403, "missing.example": 404}
    for host, status in hosts.items():
        server.script(f"/{host}/robots.txt", Answer(status, b"User-agent: *\nDisallow: /"))
        server.script(f"/{host}/page", Answer(200))
    crawled = crawl(one_page_each(server, list(hosts)))
    assert {host: part.state for host, part in crawled.parts.items()} == dict.fromkeys(hosts, SourceState.WORKING)


def test_the_rules_of_a_host_may_lie_on_another_one(server: HostileServer) -> None:
    moved = Answer(301, b"", {"Location": "https://rules.example/robots.txt"})
    server.script("/source.example/robots.txt", moved)
    server.script("/rules.example/robots.txt", Answer(200, b"User-agent: *\nDisallow: /page"))
    assert crawl(job_for(server.url)).only.state is SourceState.REFUSED
    assert server.paths() == ["/source.example/robots.txt", "/rules.example/robots.txt"]


def test_F20_a_short_wait_is_sat_out(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(429, b"", {"Retry-After": "2"}), Answer(200))
    assert crawl(job_for(server.url)).only.state is SourceState.WORKING
    first, second = (asked.at for asked in server.asked if asked.path == "/source.example/page")
    assert second - first >= 2


@pytest.mark.parametrize("status", [429, 503])
def test_F20_a_long_wait_ends_the_part_with_the_time_of_the_next_try(server: HostileServer, status: int) -> None:
    server.script("/source.example/one", Answer(status, b"", {"Retry-After": "3600"}), Answer(200))
    server.script("/source.example/two", Answer(200))
    urls = {"one": "https://source.example/one", "two": "https://source.example/two"}
    crawled = crawl(job_for(server.url, urls=urls))
    assert server.paths() == ["/source.example/robots.txt", "/source.example/one"]
    assert "vänta, nästa försök 09:0" in crawled.parts["two"].message
    ending = crawled.parts["one"]
    assert ending.state is SourceState.FAILING
    assert ending.message in {f"Källan ber oss vänta (fel {status}), nästa försök 09:0{n}." for n in (0, 1)}
    assert ending.next_try is not None
    hour = datetime(2026, 8, 22, 7, 0, tzinfo=UTC)
    assert hour <= ending.next_try <= hour + timedelta(minutes=1)


def test_F20_too_many_requests_without_a_time_is_not_asked_again(server: HostileServer) -> None:
    server.script("/source.example/one", Answer(429), Answer(200))
    server.script("/source.example/two", Answer(200))
    urls = {"one": "https://source.example/one", "two": "https://source.example/two"}
    crawled = crawl(job_for(server.url, urls=urls))
    assert {part.state for part in crawled.parts.values()} == {SourceState.FAILING}
    assert server.paths() == ["/source.example/robots.txt", "/source.example/one"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Sat, 22 Aug 2026 12:10:00 GMT", 600),
        ("Sat, 22 Aug 2026 11:00:00 GMT", 0),
        ("315360000", 86400),
        ("9" * 400, 86400),
        ("Fri, 22 Aug 2036 12:00:00 GMT", 86400),
    ],
)
def test_F20_retry_after_is_read_in_both_forms_and_capped_at_a_day(header: str, seconds: int) -> None:
    assert read_retry_after(header, NOON) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "Sat, 99 Aug 2026 12:00:00 GMT"])
def test_F20_an_unreadable_retry_after_says_nothing(header: str) -> None:
    assert read_retry_after(header, NOON) is None


def test_the_next_try_is_told_in_swedish_time_with_its_date_on_another_day() -> None:
    assert tell_time(NOON + timedelta(minutes=20), NOON) == "14:20"
    assert tell_time(NOON + timedelta(hours=24), NOON) == "23/8 kl. 14:00"


def test_requests_to_one_host_keep_their_distance_and_come_one_at_a_time(server: HostileServer) -> None:
    for number in range(3):
        server.script(f"/source.example/{number}", Answer(200))
    urls = {str(number): f"https://source.example/{number}" for number in range(3)}
    crawl(job_for(server.url, urls=urls, delay_seconds=0.4))
    times = [asked.at for asked in server.asked]
    assert len(times) == 4
    assert all(later - earlier >= 0.35 for earlier, later in pairwise(times))


def test_every_request_says_who_asks(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200, b"{}", {"Set-Cookie": "session=1"}))
    crawl(job_for(server.url, user_agent="Utkik/0.1 (+mailto:utkik@example.org)"))
    assert {asked.headers["User-Agent"] for asked in server.asked} == {"Utkik/0.1 (+mailto:utkik@example.org)"}
    assert not any("Cookie" in asked.headers or "Referer" in asked.headers for asked in server.asked)

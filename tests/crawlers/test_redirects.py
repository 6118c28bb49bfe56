"""Redirects are followed within the source's hosts, and nowhere else."""

from __future__ import annotations

from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Answer, Canary, HostileServer


def to(location: str, status: int = 302) -> Answer:
    return Answer(status, b"", {"Location": location})


def test_F15_a_redirect_loop_is_stopped(server: HostileServer) -> None:
    server.script("/source.example/page", to("/page"))
    only = crawl(job_for(server.url)).only
    assert only.message == "För många omdirigeringar: källan skickar frågan vidare i en slinga."
    assert server.paths().count("/source.example/page") == 6


def test_F15_five_redirects_are_followed_and_six_are_not(server: HostileServer) -> None:
    for number in range(6):
        server.script(f"/source.example/{number}", to(f"/{number + 1}"))
    server.script("/source.example/6", Answer(200))
    crawled = crawl(job_for(server.url, urls={"five": "https://source.example/1", "six": "https://source.example/0"}))
    assert crawled.parts["five"].state is SourceState.WORKING
    assert crawled.parts["six"].state is SourceState.FAILING


def test_F25_a_move_to_another_host_names_the_new_address_and_is_not_followed(server: HostileServer) -> None:
    server.script("/source.example/page", to("https://new.example/home", 301))
    only = crawl(job_for(server.url)).only
    assert only.state is SourceState.CHANGED
    assert only.message == (
        "Källan har flyttat till https://new.example/home. Godkänn den nya adressen i konfigurationen."
    )
    assert not any("new.example" in path for path in server.paths())


def test_a_redirect_between_the_sources_own_hosts_is_followed(server: HostileServer) -> None:
    server.script("/source.example/page", to("https://other.example/home", 301))
    server.script("/other.example/home", Answer(200))
    crawled = crawl(job_for(server.url))
    assert crawled.only.state is SourceState.WORKING
    assert crawled.items[0].item.url == "https://other.example/home"


def test_F21_a_redirect_from_https_to_http_is_told_as_a_certificate_fault(server: HostileServer) -> None:
    server.script("/source.example/page", to("http://source.example/plain"))
    only = crawl(job_for(server.url)).only
    assert only.state is SourceState.FAILING
    assert only.message.startswith("Certifikatfel")
    assert "/source.example/plain" not in server.paths()


def test_F16_F17_redirects_to_forbidden_places_open_no_connection(server: HostileServer, canary: Canary) -> None:
    targets = [
        f"http://127.0.0.1:{canary.port}/secret",
        f"https://localhost:{canary.port}/secret",
        f"https://2130706433:{canary.port}/secret",
        f"https://0177.0.0.1:{canary.port}/secret",
        f"https://[::ffff:127.0.0.1]:{canary.port}/secret",
        f"https://source.example\\@127.0.0.1:{canary.port}/secret",
        f"https://source.example@127.0.0.1:{canary.port}/secret",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/",
        "https://100.64.0.1/",
        "file:///etc/hostname",
        "ftp://source.example/file",
        "data:text/plain,secret",
        "gopher://source.example/",
        "https://[broken",
    ]
    for number, target in enumerate(targets):
        server.script(f"/source.example/{number}", to(target, 301 if number % 2 else 302))
    urls = {target: f"https://source.example/{number}" for number, target in enumerate(targets)}
    crawled = crawl(job_for(server.url, urls=urls))
    assert crawled.items == []
    for target in targets:
        assert crawled.parts[target].message.startswith("Adressen är inte tillåten."), target
    assert canary.connects() == 0
    assert len(server.paths()) == len(targets) + 1  # and robots.txt


def test_a_passing_redirect_to_another_host_is_not_told_as_a_move(server: HostileServer) -> None:
    server.script("/source.example/page", to("https://consent.example/wall", 307))
    assert crawl(job_for(server.url)).only.message == (
        "Adressen är inte tillåten. (omdirigerad till https://consent.example/wall)"
    )


def test_a_source_that_names_its_own_addresses_without_encryption_is_asked_with_it(server: HostileServer) -> None:
    server.script("/source.example/page", to("http://source.example/plain", 303))
    server.script("/source.example/plain", Answer(200))
    crawled = crawl(job_for(server.url, options={"encrypt_redirects": True}))
    assert crawled.only.state is SourceState.WORKING
    assert crawled.items[0].item.url == "https://source.example/plain"


def test_encryption_opens_no_way_to_another_host(server: HostileServer) -> None:
    server.script("/source.example/page", to("http://new.example/plain", 303))
    assert crawl(job_for(server.url, options={"encrypt_redirects": True})).only.state is SourceState.CHANGED
    assert not any("new.example" in path for path in server.paths())

"""Challenge pages, empty answers and pages in place of data never reach a parser."""

from __future__ import annotations

from crawlers.challenge import judge
from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for, one_page_each
from tests.crawlers.hostile import Answer, HostileServer

LOGIN = b"<!DOCTYPE html><html><body><form><input name='u'><input type='password'></form></body></html>"
CAPTCHA = b"<html><head><title>Just a moment...</title></head><body>Complete the captcha</body></html>"
UPKEEP = "<html><body><h1>Underhåll pågår</h1></body></html>".encode()
LONG_PAGE = b"<html><body><p>" + b"The council decided. " * 200 + b"</p><div class='g-recaptcha'></div></body></html>"
FEED = b"<?xml version='1.0'?><rss><channel><item><title>captcha explained</title></item></channel></rss>"


def verdict(body: bytes, *, status: int = 200, asked: str = "data", **headers: str) -> SourceState | None:
    names = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    failure = judge(status, names, body, asked)
    return failure.state if failure else None


def test_F27_a_challenge_header_is_a_refusal_whatever_the_status() -> None:
    for status in (200, 202, 403, 405, 503):
        assert verdict(b"{}", status=status, x_amzn_waf_action="challenge") is SourceState.REFUSED
    assert verdict(b"{}", cf_mitigated="challenge") is SourceState.REFUSED


def test_F27_accepted_is_not_the_document() -> None:
    assert verdict(b'{"a": 1}', status=202) is SourceState.FAILING


def test_F23_an_empty_answer_is_a_change() -> None:
    assert verdict(b"") is SourceState.CHANGED
    assert verdict(b" \n", asked="html") is SourceState.CHANGED


def test_F23_a_captcha_page_is_a_refusal_also_where_a_page_is_asked_for() -> None:
    assert verdict(CAPTCHA) is SourceState.REFUSED
    assert verdict(CAPTCHA, asked="html") is SourceState.REFUSED
    assert verdict(CAPTCHA, asked="") is SourceState.REFUSED


def test_F23_a_login_page_is_a_change() -> None:
    assert verdict(LOGIN) is SourceState.CHANGED
    assert verdict(LOGIN, asked="html") is SourceState.CHANGED


def test_F23_a_page_where_data_is_asked_for_is_a_change() -> None:
    assert verdict(UPKEEP) is SourceState.CHANGED
    assert verdict(b"Service closed", content_type="text/html") is SourceState.CHANGED


def test_real_answers_pass() -> None:
    assert verdict(UPKEEP, asked="html") is None
    assert verdict(LONG_PAGE, asked="html") is None
    assert verdict(FEED) is None
    assert verdict(FEED, content_type="text/html; charset=utf-8") is None
    assert verdict(b'[{"captcha": true}]', content_type="text/html") is None
    assert verdict(UPKEEP, status=404) is None


def test_F23_F27_an_answer_that_is_none_yields_no_item(server: HostileServer) -> None:
    challenge = Answer(202, b"<html></html>", {"x-amzn-waf-action": "challenge"})
    answers = {
        "challenge.example": (challenge, SourceState.REFUSED, "spärrsida"),
        "accepted.example": (Answer(202), SourceState.FAILING, "Inte klart hos källan (svar 202), försöker igen"),
        "empty.example": (Answer(200, b""), SourceState.CHANGED, "Ovanligt svar: tomt."),
        "login.example": (Answer(200, LOGIN), SourceState.CHANGED, "Ovanligt svar: en inloggningssida"),
        "captcha.example": (Answer(200, CAPTCHA), SourceState.REFUSED, "spärrsida"),
        "upkeep.example": (Answer(200, UPKEEP), SourceState.CHANGED, "Ovanligt svar: en webbsida"),
    }
    for host, (answer, _, _) in answers.items():
        server.script(f"/{host}/page", answer)
    crawled = crawl(one_page_each(server, list(answers), options={"expect": "json"}))
    assert crawled.items == []
    for host, (_, state, words) in answers.items():
        assert crawled.parts[host].state is state, host
        assert words in crawled.parts[host].message, host


def test_F27_a_host_that_challenges_is_left_alone_for_the_rest_of_the_run(server: HostileServer) -> None:
    urls = {str(number): f"https://source.example/{number}" for number in range(4)}
    for number in range(4):
        server.script(f"/source.example/{number}", Answer(202, b"", {"x-amzn-waf-action": "captcha"}))
    crawled = crawl(job_for(server.url, urls=urls))
    assert [part.state for part in crawled.parts.values()] == [SourceState.REFUSED] * 4
    assert len(server.paths()) == 2  # robots.txt and the first

"""The letters' page: what is shown is what leaves, nothing leaves twice, and only a person settles what is unclear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.background import Background, Task
from pipeline.installation import Installation
from store.audit import list_audit
from store.claims import claim, settle
from store.digests import deliveries, freeze_digest, get_digest, hold, list_digests
from store.types import Delivery, Digest, DigestState, Role
from tests.pipeline.mail_server import MailServer, mail_server
from tests.pipeline.making import NOW
from tests.web.conftest import browser_of, finish
from tests.web.digest_making import letter
from web.views.digests import LETTER_POLICY

WEEK = "2026-W48"


def text(client: FlaskClient, path: str = "/utskick") -> str:
    return client.get(path).get_data(as_text=True)


def told(client: FlaskClient, path: str) -> str:
    """Press a button and return the page that one comes to."""
    return client.post(path, follow_redirects=True).get_data(as_text=True)


def stored(installation: Installation) -> list[Digest]:
    with installation.store.reading() as session:
        return list_digests(session, municipality="provköping")


def keep(installation: Installation, digest: Digest, state: DigestState, **told: object) -> None:
    with installation.store.session() as session:
        assert freeze_digest(session, digest)
        if state is DigestState.HELD:
            assert hold(session, digest.id, NOW, "e-postservern går inte att använda")
        elif state is not DigestState.QUEUED:
            assert claim(session, digest.id, NOW)
            made = Delivery(digest_id=digest.id, at=NOW, transport="smtp", state=state, **told)  # type: ignore[arg-type]
            assert settle(session, made)


@pytest.fixture
def ready(app: Flask, coordinator: FlaskClient) -> FlaskClient:
    """Give the coordinator's browser once the preview has been worked out."""
    text(coordinator)
    finish(app)
    return coordinator


def test_preview_tells_each_reader_what_is_in_the_letter_and_writes_nothing(
    ready: FlaskClient, installation: Installation
) -> None:
    page = text(ready)
    assert "Provköpings Vatten AB" in page
    assert "Rening av avloppsvatten från tätbebyggelse" in page
    assert "förhandsvisning" in page
    assert "måndag" not in page  # days are short
    assert stored(installation) == []


def test_letter_looks_the_same_before_and_after_it_is_sent(
    ready: FlaskClient, app: Flask, installation: Installation
) -> None:
    page = text(ready)
    name = page.split('href="/utskick/')[1].split('"')[0]
    before = text(ready, f"/utskick/{name}/brev.html"), text(ready, f"/utskick/{name}")
    assert "Så här skulle brevet lämnas just nu" in before[1]
    ready.post("/utskick/skicka")
    finish(app)
    with installation.store.reading() as session:
        digest = get_digest(session, name)
    assert digest is not None
    assert digest.state is DigestState.SENT
    assert text(ready, f"/utskick/{name}/brev.html") == before[0]
    assert ready.get(f"/utskick/{name}/brev.eml").data == digest.message


def test_verdict_changes_the_preview(ready: FlaskClient, app: Flask) -> None:
    assert "Rening av avloppsvatten" in text(ready)
    ready.post("/veckan/bedom", data={"post": "cellar/avlopp", "ruling": "drop"})
    text(ready)
    finish(app)
    assert "Rening av avloppsvatten" not in text(ready)


def test_F48_many_at_once_send_each_letter_once_and_are_told_so(app: Flask, installation: Installation) -> None:
    browsers = [browser_of(app, Role.COORDINATOR) for _ in range(6)]
    together, said = threading.Barrier(6), []

    def press(browser: FlaskClient) -> None:
        together.wait()
        said.append(told(browser, "/utskick/skicka"))

    threads = [threading.Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finish(app)
    letters = stored(installation)
    assert [one.contact.partition("@")[0] for one in letters] == ["samordnare", "skola", "social", "vatten"]
    with installation.store.reading() as session:
        assert [len(deliveries(session, one.id)) for one in letters] == [1, 1, 1, 1]
        sends = [entry for entry in list_audit(session) if entry.action == "digests.send"]
    assert sum("Utskicket är igång" in page for page in said) == len(sends)
    assert "Redan skickat 07.00. Inget skickades igen." in told(browsers[0], "/utskick/skicka")
    assert len(stored(installation)) == 4


def test_F48_sending_that_another_process_has_done_meanwhile_sends_nothing_again(
    app: Flask, coordinator: FlaskClient, installation: Installation
) -> None:
    with installation.store.exclusive("week"):
        coordinator.post("/utskick/skicka")
        assert "Väntar på att en annan körning ska bli klar" in waited(coordinator, "Väntar på")
        for number, contact in enumerate(("skola", "social", "vatten")):
            digest = letter(f"annan{number}", contact=f"{contact}@example.org", week=WEEK)
            keep(installation, digest, DigestState.SENT)
    finish(app)
    assert "Redan skickat 07.00. Inget skickades igen." in text(coordinator)
    assert sorted(one.id for one in stored(installation)) == ["annan0", "annan1", "annan2"]


def waited(client: FlaskClient, words: str) -> str:
    """Return the progress when the words stand in it, or as it is after some seconds."""
    page = ""
    for _ in range(50):
        page = text(client, "/utskick/laget")
        if words in page:
            return page
        threading.Event().wait(0.1)
    return page


def test_progress_can_be_left_and_come_back_to(app: Flask, coordinator: FlaskClient) -> None:
    background: Background = app.extensions["utkik"].background
    told_step, go_on = threading.Event(), threading.Event()

    def work(task: Task) -> str:
        task.step("Skickar")(2, 7)
        told_step.set()
        go_on.wait(10)
        return "7 av 7 skickade."

    assert background.start("send", work, by="coordinator", now=NOW)
    told_step.wait(10)
    page = text(coordinator)
    assert "Skickar</strong> 2 av 7" in page
    assert 'hx-trigger="every 2s"' in page
    assert "coordinator@example.org" in page
    assert "Det pågår redan. Inget görs två gånger." in told(coordinator, "/utskick/skicka")
    go_on.set()
    finish(app)
    page = text(coordinator)
    assert "7 av 7 skickade." in page
    assert 'hx-trigger="every 2s"' not in page


def test_fault_of_a_sending_is_told_without_the_programs_own_words(app: Flask, coordinator: FlaskClient) -> None:
    def work(task: Task) -> str:
        raise RuntimeError("hemlig detalj")

    app.extensions["utkik"].background.start("send", work, by="coordinator", now=NOW)
    finish(app)
    page = text(coordinator)
    assert "Det gick inte." in page
    assert "hemlig detalj" not in page


def test_unclear_letter_stands_first_and_is_settled_by_a_person(
    coordinator: FlaskClient, installation: Installation, app: Flask
) -> None:
    keep(installation, letter("brev1", contact="skola@example.org", week=WEEK), DigestState.SENT)
    keep(installation, letter("brev2", contact="vatten@example.org", week=WEEK), DigestState.UNCLEAR)
    page = text(coordinator)
    assert page.index("oklart om det skickades") < page.index("kontaktperson för skolan")
    assert "Räkna som skickat" in page
    assert "Brevet räknas som skickat." in told(coordinator, "/utskick/brev2/skickat")
    assert "redan avgjort" in told(coordinator, "/utskick/brev2/skickat")
    with installation.store.reading() as session:
        digest = get_digest(session, "brev2")
        noted = [(entry.action, entry.subject) for entry in list_audit(session)]
    assert digest is not None
    assert digest.state is DigestState.SENT
    assert noted.count(("digests.arrived", "brev2")) == 1


def test_unclear_letter_is_sent_again_when_a_person_says_so(
    coordinator: FlaskClient, installation: Installation, app: Flask
) -> None:
    keep(installation, letter("brev2", contact="vatten@example.org", week=WEEK), DigestState.UNCLEAR)
    assert "Brevet skickas igen." in told(coordinator, "/utskick/brev2/igen")
    finish(app)
    with installation.store.reading() as session:
        digest = get_digest(session, "brev2")
        said = [one.detail for one in deliveries(session, "brev2")]
    assert digest is not None
    assert digest.state is DigestState.SENT
    assert said == ["", "skickas igen på begäran", ""]


def test_held_letters_are_let_go_together(coordinator: FlaskClient, installation: Installation, app: Flask) -> None:
    for number in range(3):
        keep(installation, letter(f"brev{number}", contact=f"k{number}@example.org", week=WEEK), DigestState.HELD)
    assert "Släpp 3 som hålls kvar" in text(coordinator)
    assert "3 brev släppta" in told(coordinator, "/utskick/slapp")
    finish(app)
    assert {one.state for one in stored(installation)} == {DigestState.SENT}
    assert "Inget brev hålls kvar." in told(coordinator, "/utskick/slapp")


def test_letter_that_is_tried_again_says_when(coordinator: FlaskClient, installation: Installation) -> None:
    with installation.store.session() as session:
        freeze_digest(session, letter("brev1", contact="skola@example.org", week=WEEK))
        claim(session, "brev1", NOW)
        again = Delivery(digest_id="brev1", at=NOW, transport="smtp", state=DigestState.RETRY, detail="tillfälligt fel")
        settle(session, again, next_try=NOW.replace(hour=7, minute=5))
    page = text(coordinator)
    assert "försöks igen" in page
    assert "Nästa försök" in page
    assert "08.05" in page


def test_earlier_weeks_letters_are_shown_and_unknown_weeks_are_not(
    coordinator: FlaskClient, installation: Installation
) -> None:
    keep(installation, letter("brev1", contact="skola@example.org", week="2026-W46"), DigestState.SENT)
    assert "Utskick vecka 46" in text(coordinator, "/utskick?vecka=2026-W46")
    assert "Skicka nu" not in text(coordinator, "/utskick?vecka=2026-W46")
    assert coordinator.get("/utskick?vecka=2026-W45").status_code == 404
    assert coordinator.get("/utskick?vecka=../../etc").status_code == 404


def test_letter_may_do_nothing_in_the_page_that_frames_it(coordinator: FlaskClient, installation: Installation) -> None:
    keep(installation, letter("brev1", contact="skola@example.org", week=WEEK), DigestState.SENT)
    answer = coordinator.get("/utskick/brev1/brev.html")
    assert answer.headers.getlist("Content-Security-Policy") == [LETTER_POLICY]
    assert LETTER_POLICY.startswith("sandbox; default-src 'none'")
    assert "script" not in LETTER_POLICY
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<iframe class="letter-frame" sandbox=""' in text(coordinator, "/utskick/brev1")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..%2f..%2futkik.toml", "%2e%2e", "brev1%00", "BREV1", "/etc/passwd", "finnsinte"]
)
def test_F75_no_path_leads_out_of_the_letters(coordinator: FlaskClient, installation: Installation, name: str) -> None:
    keep(installation, letter("brev1", contact="skola@example.org", week=WEEK), DigestState.SENT)
    for end in ("brev.eml", "brev.html"):
        answer = coordinator.get(f"/utskick/{name}/{end}")
        assert answer.status_code in (404, 308), answer.status_code
    assert coordinator.post(f"/utskick/{name}/igen").status_code in (404, 308)


def test_F75_downloaded_letter_has_a_name_without_path(coordinator: FlaskClient, installation: Installation) -> None:
    hostile = letter("brev1", contact="../../x/åsa@example.org", week=WEEK)
    keep(installation, hostile, DigestState.SENT)
    answer = coordinator.get("/utskick/brev1/brev.eml")
    assert answer.data == hostile.message
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="2026-W48-')
    assert "/" not in disposition
    assert "\\" not in disposition


def test_F79_letter_of_another_municipality_is_not_there(coordinator: FlaskClient, installation: Installation) -> None:
    other = letter("brev1", contact="skola@example.org", week=WEEK, municipality="annanstad")
    keep(installation, other, DigestState.UNCLEAR)
    assert "brev1" not in text(coordinator)
    assert coordinator.get("/utskick/brev1").status_code == 404
    assert coordinator.post("/utskick/brev1/skickat").status_code == 404
    with installation.store.reading() as session:
        digest = get_digest(session, "brev1")
    assert digest is not None
    assert digest.state is DigestState.UNCLEAR


def test_reader_sees_what_is_sent_but_no_letter_with_its_links(reader: FlaskClient, installation: Installation) -> None:
    keep(installation, letter("brev1", contact="skola@example.org", week=WEEK), DigestState.SENT)
    page = text(reader)
    assert "Brev till skola" in page
    assert "/utskick/brev1" not in page
    assert "Skicka nu" not in page
    for path in ("/utskick/brev1", "/utskick/brev1/brev.html", "/utskick/brev1/brev.eml"):
        assert reader.get(path).status_code == 403


@pytest.fixture
def mailing(home: Path) -> Iterator[MailServer]:
    """Give a mail server that the installation, opened after this, sends through."""
    with mail_server() as server:
        (home / "utkik.toml").write_text(
            f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n',
            encoding="utf-8",
        )
        yield server


def test_trial_goes_to_who_asks_for_it_and_is_no_part_of_the_outbox(
    mailing: MailServer, app: Flask, coordinator: FlaskClient, installation: Installation
) -> None:
    assert "Provet till coordinator@example.org är på väg." in told(coordinator, "/utskick/prov")
    finish(app)
    assert mailing.recipients == ["coordinator@example.org"]
    assert "Provet till coordinator@example.org är lämnat." in text(coordinator)
    assert stored(installation) == []


def test_trial_that_cannot_leave_says_why(mailing: MailServer, app: Flask, coordinator: FlaskClient) -> None:
    mailing.answers["RCPT"] = lambda _: "550 5.1.1 No such user"
    coordinator.post("/utskick/prov")
    finish(app)
    page = text(coordinator)
    assert "Provet kom inte iväg: adressen finns inte" in page

"""The story of every world: a Friday's letters, the answers to them, and a notice on the Monday after."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from crawlers.catalogue import source_names
from nlp.assessor import Assessor
from nlp.knowledge import load_knowledge
from pipeline.answers import apply_answer
from pipeline.assess import assess
from pipeline.demo import SAMPLED
from pipeline.due import Step, StepName
from pipeline.installation import Installation, open_installation
from pipeline.keys import load_keys
from pipeline.learn import learn
from pipeline.links import ANSWER, Link
from pipeline.perform import perform
from pipeline.run import LOCK, take_over
from pipeline.sample_data import BEFORE_NOW, WEEK, WEEK_NOW
from pipeline.sample_feeds import SAMPLE_FEEDS
from store.digests import list_digests
from store.items import upsert_items
from store.types import Answer, Deadline, Item, Kind
from tests.killing.lives import Say
from tests.killing.servers import Outside
from tests.pipeline.test_digest_mail import letter_of
from tests.pipeline.weeks import WEEKS

ANSWERED, NOTICED = WEEK_NOW + timedelta(hours=6), WEEK_NOW + timedelta(days=3)
SETTLED = NOTICED + timedelta(hours=2)
# In order. What is not done again and again until it is done is nothing that a killed process should have to redo.
STEPS = {
    "collect": (Step(name=StepName.COLLECT, sources=SAMPLED), WEEK_NOW),
    "assess": (Step(name=StepName.ASSESS), WEEK_NOW),
    "compose": (Step(name=StepName.COMPOSE, week=WEEK), WEEK_NOW),
    "send": (Step(name=StepName.SEND), WEEK_NOW),
    "answer": (None, ANSWERED),
    "assess_again": (Step(name=StepName.ASSESS), NOTICED),
    "notice": (Step(name=StepName.NOTICE), NOTICED),
    "send_again": (Step(name=StepName.SEND), NOTICED),
}
ANSWERS = (Answer.RELEVANT, Answer.NOT_FOR_US, Answer.PASS_ON, Answer.ACT)
UNITS = 24
ENGLISH = "The call supports municipalities that build wastewater treatment plants. Apply no later than 4 May 2027. "


def furnish(home: Path, database_url: str, outside: Outside, *, moment: str = "week") -> None:
    """Write the settings of a world: its database, the sample sources as of the moment, and the mail server."""
    off = [f"[sources.{name}]\nenabled = false" for name in source_names() if name not in SAMPLED]
    feeds = [
        "\n".join([f"[feeds.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in feed.items())])
        for name, feed in SAMPLE_FEEDS.items()
    ]
    lines = [
        f"database_url = {json.dumps(database_url)}",
        f'replay_url = "{outside.before if moment == "before" else outside.week}"',
        "bundled_feeds = false",
        '[web]\naddress = "https://utkik.provkoping.example.org"',
        "[crawl]\ndelay = 0.5",
        f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {outside.mail}\nsecurity = "none"\ntimeout = 10',
    ]
    (home / "utkik.toml").write_text("\n".join([*lines, *off, *feeds]), encoding="utf-8")


def municipality() -> str:
    """Return a municipality's file with so many units that sending takes a while."""
    areas = list(load_knowledge().areas)
    units = [
        f'[units.u{n:02}]\nname = "Förvaltning {n}"\nkind = "administration"\ncommittee = "Nämnd {n}"\n'
        f"areas = {json.dumps(sorted({areas[(n * k) % len(areas)] for k in (1, 3, 7)}))}\n"
        f'contact = {{ role = "kontaktperson {n}", email = "u{n:02}@example.org" }}'
        for n in range(UNITS)
    ]
    head = 'name = "Provköpings kommun"\nshort = "Provköping"\ncode = "0001"\npopulation = 12000\n'
    head += 'domain = "provkoping.example.org"\n'
    head += '[coordinator]\nrole = "samordnaren"\nemail = "samordnare@example.org"\nsummary = true'
    return "\n".join([head, *units])


def late_calls() -> list[Item]:
    """Return calls that come after the letters and close soon, so that there is something to give notice of."""
    subjects = {
        "avloppsvatten": "avloppsreningsverk, dagvatten och dricksvatten i kommuner",
        "skolor": "skolor, elever och lärare i kommunala grundskolor",
        "kollektivtrafik": "kollektivtrafik, cykelvägar och laddinfrastruktur i kommuner",
        "äldreomsorg": "hemtjänst, äldreomsorg och särskilt boende i kommuner",
    }
    return [
        Item(
            source="feeds",
            key=f"sen-utlysning-{number}",
            kind=Kind.CALL,
            title=f"Utlysning: bidrag till kommuner för {word}",
            url=f"https://example.org/sen/{number}",
            text=f"Kommuner kan söka stöd till {text}. Projektet kan få högst 2 miljoner kronor.",
            language="sv",
            published=NOTICED.date(),
            deadlines=(Deadline(NOTICED.date() + timedelta(days=8 + number)),),
            publisher="Exempelmyndigheten",
        )
        for number, (word, text) in enumerate(subjects.items())
    ]


class Story:
    """Does the steps in a process of their own; what takes long to load is loaded once, before any process begins."""

    def __init__(self) -> None:
        self.assessor = Assessor.load()
        self.assessor.assess([*late_calls(), replace(late_calls()[0], title=ENGLISH, text=ENGLISH * 3, language="")])
        for week in WEEKS.values():
            letter_of(week)

    def begin(self, home: Path) -> Callable[[Say], None]:
        """Read and assess the sources as they stood the week before."""

        def work(say: Say) -> None:
            load_keys(home)  # the same in all worlds, so that their links are the same too
            with open_installation(home) as installation:
                perform(installation, STEPS["collect"][0], BEFORE_NOW, lambda: None)  # type: ignore[arg-type]
                assess(installation.store, self.assessor, now=BEFORE_NOW)

        return work

    def step(self, home: Path, name: str, given: Collection[str] = ()) -> Callable[[Say], None]:
        """Do a step as the schedule does it; answers are given that are not `given` yet."""
        step, now = STEPS[name]

        def work(say: Say) -> None:
            with open_installation(home) as installation:
                if step is None:
                    answer_letters(installation, say, given)
                    return
                with installation.store.exclusive(LOCK):
                    take_over(installation, now)
                    if step.name is StepName.ASSESS:
                        assess(installation.store, self.assessor, now=now)
                        learn(installation.store, installation.municipality, now=now)
                    else:
                        perform(installation, step, now, lambda: None)

        return work


def bring_late_calls(home: Path) -> Callable[[Say], None]:
    """Store what comes in after the letters."""

    def work(say: Say) -> None:
        with open_installation(home) as installation, installation.store.session() as session:
            upsert_items(session, late_calls(), now=NOTICED - timedelta(hours=3))

    return work


def answer_letters(installation: Installation, say: Say, given: Collection[str]) -> None:
    """Answer the first three entries of every letter, and say each answer that the page has thanked for."""
    with installation.store.reading() as session:
        digests = sorted(list_digests(session, week=WEEK), key=lambda digest: digest.contact)
    asked = [(digest, position) for digest in digests for position in sorted({e.position for e in digest.entries})[:3]]
    for number, (digest, position) in enumerate(asked):
        name = f"{digest.id}/{position}"
        if name in given:
            continue
        apply_answer(
            installation.store,
            installation.municipality,
            Link(purpose=ANSWER, digest_id=digest.id, position=position),
            ANSWERS[number % len(ANSWERS)],
            now=ANSWERED,
            passed_to=next(unit for unit in installation.municipality.units if unit not in digest.units),
            owner="enhetschefen",
            due=date(2027, 1, 31),
        )
        say(name)

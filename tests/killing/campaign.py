"""A campaign: worlds that live through the story, killed at every step, each compared with an undisturbed one."""

from __future__ import annotations

import random
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.killing.ending import content, settle, stands
from tests.killing.lives import Death, Life, Work, live
from tests.killing.points import POINTS, Passing
from tests.killing.servers import Outside
from tests.killing.story import STEPS, Story, bring_late_calls, furnish, municipality

# Kills per world and step: together 60, the most where a mail may be under way.
KILLS = {
    "collect": 3,
    "assess": 8,
    "compose": 9,
    "send": 16,
    "answer": 7,
    "assess_again": 3,
    "notice": 6,
    "send_again": 8,
}
SENDING = ("send", "send_again")
LEAST = 0.02  # seconds


@dataclass(slots=True)
class Tally:
    """What a campaign has come to; `faults` is what it must not."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    at_points: int = 0
    points: set[str] = field(default_factory=set)
    lives: int = 0
    worlds: int = 0
    letters: int = 0
    unclear: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All kills."""
        return sum(self.kills.values())

    def expect(self, right: bool, fault: str) -> None:
        """Note a fault unless it is right."""
        if not right:
            self.faults.append(f"world {self.worlds}: {fault}")


@dataclass(frozen=True, slots=True)
class Calm:
    """The undisturbed world: what it holds in the end, how long each step takes, and how often it passes a point."""

    content: Counter[str]
    seconds: Mapping[str, float]
    passed: Mapping[str, Mapping[str, int]]
    letters: frozenset[str]


def differences(calm: Counter[str], found: Counter[str]) -> str:
    """Return the first rows that are in one alone."""
    return "\n".join(
        [*(f"- {row}" for row in sorted(calm - found)[:3]), *(f"+ {row}" for row in sorted(found - calm)[:3])]
    )


class Campaign:
    """Kills, compares and counts."""

    def __init__(self, folder: Path, server_url: str, outside: Outside, chance: random.Random) -> None:
        self.folder = folder
        self.server_url = server_url  # of PostgreSQL; empty for SQLite
        self.outside = outside
        self.chance = chance
        self.story = Story()
        self.tally = Tally()
        self.log = folder / "life.log"
        self.beginnings: dict[str, tuple[Path, str]] = {}  # worlds to copy: before anything is read, and after

    def prepare(self) -> None:
        """Make what all worlds begin from, and let one live through the story undisturbed."""
        first = self.folder / "first"
        first.mkdir()
        (first / "municipality.toml").write_text(municipality(), encoding="utf-8")
        url = self._new_database(first)
        furnish(first, url, self.outside, moment="before")
        live(self.story.begin(first), None, self.log)
        self.beginnings["collect"] = (first, url)
        with self._world(first, url) as (home, url):
            self.calm = self._calm(home, url)
        self.longest = {step: seconds / 2 for step, seconds in self.calm.seconds.items()}

    def one_world(self, most: int, killed: Callable[[str], None]) -> None:
        """Let a world live through the story with at most so many kills, and check how it ends.

        Reading takes as long as all the rest, so only every third world begins with it.
        """
        begins = "collect" if self.tally.worlds % 3 == 0 else "assess"
        self.tally.worlds += 1
        after, before = self.outside.so_far(), sum(self.tally.kills[step] for step in SENDING)
        left = most
        with self._world(*self.beginnings[begins]) as (home, _):
            for step in list(STEPS)[list(STEPS).index(begins) :]:
                left -= self._disturbed(home, step, min(left, KILLS[step]), killed)
                if step == "answer":
                    self._do(bring_late_calls(home))
            self._check(home, after, sum(self.tally.kills[step] for step in SENDING) - before)

    def _disturbed(self, home: Path, step: str, kills: int, killed: Callable[[str], None]) -> int:
        """Begin the step until it is done, killed at first, and return how often it was."""
        done, given = 0, set[str]()
        while done < kills:
            death = self._death(step)
            life = self._do(self.story.step(home, step, given), death)
            given |= set(life.said)
            if not life.killed:  # it was done before its moment came
                self.longest[step] = max(LEAST, self.longest[step] * 0.7)
                return done
            done += 1
            self._count(step, death, killed)
            if step in SENDING:
                under_way = [s for s in self._states(home)["states"].values() if s == "sending"]
                self.tally.expect(len(under_way) <= 1, f"{len(under_way)} being sent at once")
        self._do(self.story.step(home, step, given))
        return done

    def _death(self, step: str) -> Death:
        """Choose a moment, early enough that something is left to do, or a point that it passes: all points alike."""
        with_children = self.chance.random() < 0.5
        if self.chance.random() < 0.5:
            return Death(after=self.chance.uniform(0.0, self.longest[step]), with_children=with_children)
        point = self.chance.choice(sorted(self.calm.passed[step]))
        nth = self.chance.randint(1, min(self.calm.passed[step][point], 3))
        return Death(at=Passing(point, nth), with_children=with_children)

    def _count(self, step: str, death: Death, killed: Callable[[str], None]) -> None:
        self.tally.kills[step] += 1
        if death.at:
            self.tally.at_points += 1
            self.tally.points.add(f"{step} {death.at.point}")
        killed(step)

    def _check(self, home: Path, after: int, kills_in_sending: int) -> None:
        """Check what was promised: nothing twice, nothing lost, few doubts and every one shown, the same end."""
        expect, states = self.tally.expect, self._states(home)
        accepted = self.outside.accepted(after)
        unclear = {name for name, state in states["states"].items() if state == "unclear"}
        sent = {name for name, state in states["states"].items() if state == "sent"}
        expect(max(accepted.values(), default=0) <= 1, "a mail was accepted twice without a person's click")
        expect(frozenset(states["states"]) == self.calm.letters, "other letters than undisturbed")
        expect(sent | unclear == self.calm.letters, "a letter is neither sent nor unclear")
        expect(sent <= set(accepted), "a letter counts as sent that nobody got")
        expect(len(unclear) <= kills_in_sending, f"{len(unclear)} unclear of {kills_in_sending} kills")
        expect(states["problems"] == [], f"the database has problems: {states['problems']}")
        self.tally.unclear += len(unclear)
        told = self._do(settle(home, accepted)).said[0]
        expect(told == {"unclear": len(unclear), "shown": len(unclear)}, f"the outbox shows {told}")
        expect(set(self._states(home)["states"].values()) == {"sent"}, "not all sent when all was settled")
        expect(self.outside.accepted(after) == dict.fromkeys(self.calm.letters, 1), "not each letter arrived once")
        found = Counter(self._do(content(home)).said)
        expect(found == self.calm.content, f"another end than undisturbed: {differences(self.calm.content, found)}")
        self.tally.letters += len(states["states"])

    def _calm(self, home: Path, url: str) -> Calm:
        seconds, passed = {}, {}
        after = self.outside.so_far()
        for step in STEPS:
            life = live(self.story.step(home, step), None, self.log, watched=frozenset(POINTS[step]))
            seconds[step], passed[step] = life.seconds, life.passed
            if missing := {name for name in POINTS[step] if f"{name} call" not in life.passed}:
                raise AssertionError(f"{step} does not pass {sorted(missing)}")
            if step == "collect":
                self.beginnings["assess"] = self._copy(home, url)
            if step == "answer":
                self._do(bring_late_calls(home))
        letters = frozenset(self._states(home)["states"])
        assert self.outside.accepted(after) == dict.fromkeys(letters, 1)
        return Calm(Counter(self._do(content(home)).said), seconds, passed, letters)

    def _do(self, work: Work, death: Death | None = None) -> Life:
        self.tally.lives += 1
        return live(work, death, self.log)

    def _states(self, home: Path) -> dict[str, dict[str, str]]:
        states: dict[str, dict[str, str]] = live(stands(home), None, self.log).said[0]
        return states

    @contextmanager
    def _world(self, model: Path, model_url: str) -> Iterator[tuple[Path, str]]:
        """Give a copy of a world, for a while: its folder and its database."""
        home, url = self._copy(model, model_url)
        yield home, url
        shutil.rmtree(home)
        self._drop_database(url)

    def _copy(self, model: Path, model_url: str) -> tuple[Path, str]:
        home = self.folder / uuid.uuid4().hex
        shutil.copytree(model, home)
        url = self._new_database(home, template=make_url(model_url).database if self.server_url else "")
        furnish(home, url, self.outside)
        return home, url

    def _new_database(self, home: Path, template: str | None = "") -> str:
        if not self.server_url:
            return f"sqlite:///{home / 'utkik.db'}"
        name = f"utkik_{uuid.uuid4().hex}"
        self._on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""))
        return make_url(self.server_url).set(database=name).render_as_string(hide_password=False)

    def _drop_database(self, url: str) -> None:
        if self.server_url:
            self._on_server(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        """Say something to the server and leave: no connection may be open when a life begins."""
        server = make_url(self.server_url).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

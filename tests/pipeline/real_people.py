"""The people of the year: a coordinator who judges, readers who answer, a group that meets; by chance, repeatable."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.analyses import analysis_of, sign, write
from pipeline.answers import apply_answer
from pipeline.candidate import ItemId
from pipeline.cofinancing_register import decide as decide_on_call
from pipeline.cofinancing_register import open_matches
from pipeline.links import ANSWER, Link
from pipeline.meeting import decide
from pipeline.municipality import Municipality
from pipeline.triage import Order, Sitting, rule
from pipeline.week import iso_week
from store.actions import list_actions, save_action
from store.assessments import iter_assessed
from store.db import Store
from store.digests import list_digests
from store.publications import save_publication
from store.types import Answer, Digest, DigestState, Publication, Ruling, TrialState
from store.verdicts import latest_verdicts

JUDGED = 20  # items a week
ANSWERED = 0.35  # of the entries that a reader is told
BY = "samordnare"


class People:
    """What they do in a week; each step asks the product as a page or a command would."""

    def __init__(self, store: Store, municipality: Municipality, seed: int = 0) -> None:
        self.store = store
        self.municipality = municipality
        self.chance = random.Random(2026 + seed)  # noqa: S311 - the same year every time

    def judge(self, now: datetime) -> None:
        """Rule on what came during the week: mostly what ranks high is sent, and now and then not."""
        with self.store.session() as session:
            judged = latest_verdicts(session, self.municipality.key)
            found = [
                (stored, assessment)
                for stored, assessment in iter_assessed(session, min_relevance=0.25, since=now - timedelta(days=7))
                if (stored.item.source, stored.item.key) not in judged
            ]
            found.sort(key=lambda pair: (-pair[1].relevance, pair[0].item.key))
            sitting = Sitting(self.municipality, by=BY, visit=f"{now:%Y-%m-%d}", now=now)
            for stored, assessment in found[:JUDGED]:
                likely = 0.1 + 0.85 * assessment.relevance
                no = self.chance.choice([Ruling.DROP] * 4 + [Ruling.LATER])
                ruling = Ruling.SEND if self.chance.random() < likely else no
                rule(session, sitting, Order(item=(stored.item.source, stored.item.key), ruling=ruling))

    def answer(self, now: datetime) -> None:
        """Answer some entries of the letters that have arrived; each unit has its own zeal."""
        with self.store.reading() as session:
            told = list_digests(session, week=iso_week(now), municipality=self.municipality.key)
        letters = [digest for digest in told if digest.state is DigestState.SENT]
        for digest in sorted(letters, key=lambda one: one.id):
            zeal = 0.0 if "bostader" in digest.contact else ANSWERED
            for entry in digest.entries:
                if self.chance.random() < zeal:
                    self._answer(digest, entry.position, now)

    def _answer(self, digest: Digest, position: int, now: datetime) -> None:
        answer = self.chance.choices(list(Answer), [5, 3, 1, 1])[0]
        others = [unit for unit in self.municipality.units if unit not in digest.units]
        apply_answer(
            self.store,
            self.municipality,
            Link(purpose=ANSWER, digest_id=digest.id, position=position),
            answer,
            now=now + timedelta(minutes=position),
            passed_to=self.chance.choice(others),
            owner="utvecklare",
            due=(now + timedelta(days=self.chance.randint(14, 120))).date(),
        )

    def act(self, now: datetime, week: int) -> None:
        """End actions, try co-financing, write analyses, meet every eighth week and show something to residents."""
        self._end_actions(now)
        if week % 4 == 3:
            self._try_cofinancing(now)
        if week % 3 == 1:
            self._analyse(now)
        if week % 8 == 5:
            self._meet(now)

    def _end_actions(self, now: datetime) -> None:
        with self.store.session() as session:
            for action in list_actions(session, self.municipality.key):
                if action.state not in ("open", "ongoing") or self.chance.random() > 0.12:
                    continue
                state = self.chance.choice(["ongoing", "done", "done", "dropped"])
                money = action.title.startswith("Ansökan") and state != "dropped"
                granted = self.chance.choice([0.0, 180_000.0, 412_500.5]) if money and state == "done" else None
                ended = replace(
                    action,
                    state=state,
                    applied=450_000.0 if money else None,
                    granted=granted,
                    currency=self.chance.choice(["SEK", "SEK", "EUR"]) if money else action.currency,
                    note="Följs upp vid nästa möte." if state == "ongoing" else action.note,
                )
                save_action(session, ended, by=BY, at=now)

    def _try_cofinancing(self, now: datetime) -> None:
        with self.store.session() as session:
            for project, matches in open_matches(session, self.municipality, now).items():
                for match in matches[:2]:
                    state = self.chance.choice(list(TrialState))
                    why = "Egen del saknas i budgeten."
                    decide_on_call(
                        session, self.municipality, project, match.candidate.id, state, why=why, by=BY, now=now
                    )

    def _sent(self, now: datetime) -> list[ItemId]:
        weeks = [iso_week(now - timedelta(weeks=back)) for back in range(3)]
        with self.store.reading() as session:
            letters = [
                d for week in weeks for d in list_digests(session, week=week, municipality=self.municipality.key)
            ]
        return sorted({(entry.source, entry.key) for digest in letters for entry in digest.entries})

    def _analyse(self, now: datetime) -> None:
        sent = self._sent(now)
        if not sent:
            return
        item = self.chance.choice(sent)
        form = {"meaning": "Berör vår planering.", "duty": "", "cost": "", "proposal": "Tas upp i nämnden.", "due": ""}
        unit = self.chance.choice(list(self.municipality.units))
        with self.store.session() as session:
            written = write(
                session, analysis_of(self.municipality, item, form, [unit], author="analytiker", now=now), 0
            )
            if not written.is_changed_by_other and self.chance.random() < 0.7:
                sign(session, self.municipality, item, written.version, by=BY, now=now)
                place = self.municipality.key
                publication = Publication(
                    id=f"{place}-{now:%Y%m%d}",
                    municipality=place,
                    source=item[0],
                    key=item[1],
                    meaning="Så här berör det dig.",
                    published_at=now,
                    changed_at=now,
                    by=BY,
                )
                save_publication(session, publication)

    def _meet(self, now: datetime) -> None:
        meeting, sent = now.date(), self._sent(now)
        with self.store.session() as session:
            for item in self.chance.sample(sent, min(3, len(sent))):
                decide(
                    session, self.municipality, meeting=meeting, text="Enheten tar fram ett förslag till nästa möte.",
                    item=item, unit=self.chance.choice(list(self.municipality.units)),
                    due=meeting + timedelta(days=50), by="internationella arbetsgruppen", now=now,
                )  # fmt: skip
            decide(session, self.municipality, meeting=meeting, text="Gruppen möts igen om åtta veckor.", item=None,
                   unit="", due=None, by="internationella arbetsgruppen", now=now)  # fmt: skip

"""Writing and signing what an item means for the municipality, and how a letter tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.actions_view import clean_lines
from pipeline.candidate import Candidate, ItemId
from pipeline.municipality import Municipality
from pipeline.wording import clean, shortened
from store.analyses import analyses_on, newest_version, save_analysis, sign_analysis
from store.db import Session
from store.items import get_items
from store.types import Analysis

SECOND_READER = "second_reader"
LENGTHS = {"meaning": 1_200, "duty": 600, "cost": 400, "proposal": 800}
IN_LETTER = 240  # characters of the meaning, and as many of what is proposed
QUESTIONS = {
    "meaning": "Vad det betyder för oss",
    "units": "Vilka enheter det berör",
    "duty": "Vad vi måste göra",
    "cost": "Vad det kostar",
    "due": "Till när",
    "proposal": "Vad vi föreslår",
}
UNKNOWN = "vi vet inte"


class AnalysisRefused(ValueError):
    """The form lacks something; the message is Swedish, for the page."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing: the number of the version, or that another was written since the page was made."""

    version: int
    is_changed_by_other: bool = False


def analysis_of(
    municipality: Municipality, item: ItemId, form: Mapping[str, str], units: list[str], *, author: str, now: datetime
) -> Analysis:
    """Return the analysis that a form describes; raises AnalysisRefused on what is missing or is no value."""
    texts = {name: shortened(clean_lines(form.get(name, "")), longest) for name, longest in LENGTHS.items()}
    if not texts["meaning"]:
        raise AnalysisRefused("Skriv vad det betyder för oss.")
    if unknown := [unit for unit in units if unit not in municipality.units]:
        raise AnalysisRefused(f"Enheten {unknown[0]} finns inte.")
    return Analysis(
        municipality=municipality.key,
        source=item[0],
        key=item[1],
        meaning=texts["meaning"],
        duty=texts["duty"],
        cost=texts["cost"],
        proposal=texts["proposal"],
        units=tuple(unit for unit in municipality.units if unit in units),
        due=_day(form.get("due", "")),
        author=author,
        written_at=now,
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise AnalysisRefused("Skriv dagen som 2027-12-31, eller lämna den tom.") from None


def write(session: Session, analysis: Analysis, seen: int) -> Written:
    """Keep the analysis as a new version unless another was written since the page was shown.

    `seen` is the version that the page showed. What says the same as the version before is not kept again. Raises
    LookupError when the item is not there.
    """
    key = (analysis.source, analysis.key)
    if not get_items(session, [key]):
        raise LookupError(f"item {key} is not in the store")
    newest = newest_version(session, analysis.municipality, key)
    if newest != seen:
        return Written(newest, is_changed_by_other=True)
    before = next(iter(analyses_on(session, analysis.municipality, key)), None)
    if before and before.origin == analysis.origin and said(before) == said(analysis):
        return Written(newest)
    return Written(save_analysis(session, analysis))


def said(analysis: Analysis) -> tuple[object, ...]:
    """Return what an analysis says, whoever said it and when."""
    return (*(getattr(analysis, name) for name in LENGTHS), analysis.units, analysis.due)


def sign(session: Session, municipality: Municipality, item: ItemId, version: int, *, by: str, now: datetime) -> bool:
    """Sign the version that a page showed; False when it is signed already or is no longer the newest."""
    return sign_analysis(session, municipality.key, item, version, by=by, now=now)


def answers_in_words(analysis: Analysis, municipality: Municipality) -> list[tuple[str, str]]:
    """Return each question of the template with its answer; what is not answered is told as not known."""
    names = [municipality.units[unit].name if unit in municipality.units else unit for unit in analysis.units]
    told = {
        **{name: getattr(analysis, name) for name in LENGTHS},
        "units": ", ".join(names),
        "due": analysis.due.isoformat() if analysis.due else "",
    }
    return [(words, told[name] or UNKNOWN) for name, words in QUESTIONS.items()]


def status_in_words(analysis: Analysis) -> str:
    """Return whose it is and whether a person stands for it."""
    if analysis.is_signed:
        return f"undertecknad av {analysis.signed_by}"
    if analysis.origin == SECOND_READER:
        return "utkast av andra läsaren; ingen har undertecknat det"
    return f"utkast av {analysis.author}; ingen har undertecknat det"


def in_letter(candidate: Candidate) -> str:
    """Return "Analys: …" with what is proposed, in a line or two; "" without a signed one."""
    analysis = candidate.analysis
    if analysis is None or not analysis.is_signed:
        return ""
    proposal = shortened(clean(analysis.proposal), IN_LETTER)
    meaning = shortened(clean(analysis.meaning), IN_LETTER)
    return f"Analys: {meaning}{f' Förslag: {proposal}' if proposal else ''}"

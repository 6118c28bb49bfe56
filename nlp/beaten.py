"""What an assessor is measured beside: alerts on words, and learners trained on the part the knowledge was tuned on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp import annif
from nlp.answers import Interval, area_figures, ranking, ranking_interval, table_of
from nlp.baselines import keyword_alert, prefix_alert, word_model
from nlp.cases import Case
from nlp.knowledge import Knowledge
from nlp.measures import Bools, Floats, calibration_error
from nlp.text import train_categories
from store.types import Item

FEWEST_TO_LEARN = 20
SURE = 0.5  # a learner's probability from which an area counts as said
NOT_ASKED = "mäts med --slow"
NOT_THERE = "inte installerat"
NOT_RUNNING = "gick inte att köra; kräver NLTK:s data punkt_tab"  # which it fetches from the network by itself
TOO_FEW = "för få etiketter"
RELEVANT = "_relevant"  # beside the areas, as one more category


@dataclass(frozen=True, slots=True)
class Rival:
    """The figures of one of them, or in Swedish why there are none."""

    figures: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    missing: str = ""


def rivals(
    cases: Sequence[Case], knowledge: Knowledge, *, slow: bool = False, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Rival]:
    """Return the figures of each on the part that was not tuned on; learners have read the other part's labels."""
    seen, unseen = [c for c in cases if c.is_read], [c for c in cases if not c.is_read]
    if not unseen:
        return {}
    progress("Jämför med ordbevakning")
    items, keys = [case.item for case in unseen], list(knowledge.areas)
    found = {
        "keyword alert": _rival(unseen, keys, *keyword_alert(items, knowledge)),
        "prefix alert": _rival(unseen, keys, *prefix_alert(items, knowledge)),
    }
    can_learn = len(seen) >= FEWEST_TO_LEARN and len(set(_right(seen).tolist())) == 2
    progress("Jämför med TF-IDF och logistisk regression")
    found["word TF-IDF + LR"] = _words(seen, unseen) if can_learn else Rival(missing=TOO_FEW)
    progress("Jämför med spaCy textcat" if slow else "Jämför")
    found["spaCy textcat"] = _textcat(seen, unseen, keys) if slow and can_learn else Rival(missing=NOT_ASKED)
    found["Annif tfidf"] = _annif(seen, unseen, knowledge, slow=slow, can_learn=can_learn)
    return found


def text_of(item: Item) -> str:
    """Return what the learners read: the title twice, since it says most."""
    return f"{item.title} {item.title} {item.text}"


def _words(seen: Sequence[Case], unseen: Sequence[Case]) -> Rival:
    scores = word_model([case.item for case in seen], _right(seen), [case.item for case in unseen])
    right = _right(unseen)
    return Rival(
        {**ranking(scores, right), "calibration error": calibration_error(scores, right)},
        ranking_interval(scores, right),
    )


def _textcat(seen: Sequence[Case], unseen: Sequence[Case], keys: Sequence[str]) -> Rival:
    labels = [{*(case.label.areas if case.label.is_relevant else ()), *_own(case)} for case in seen]
    read = train_categories([text_of(case.item) for case in seen], labels, [*keys, RELEVANT])
    said = read([text_of(case.item) for case in unseen])
    scores = np.array([row[RELEVANT] for row in said])
    return _rival(unseen, keys, scores, [[key for key in keys if row[key] >= SURE] for row in said])


def _own(case: Case) -> tuple[str, ...]:
    return (RELEVANT,) if case.label.is_relevant else ()


def _annif(seen: Sequence[Case], unseen: Sequence[Case], knowledge: Knowledge, *, slow: bool, can_learn: bool) -> Rival:
    """Annif tells subjects and not whether they matter: of it there are the areas alone."""
    command = annif.command()
    if command is None:
        return Rival(missing=NOT_THERE)
    if not (slow and can_learn):
        return Rival(missing=NOT_ASKED)
    taught = [(text_of(case.item), case.label.areas) for case in seen if case.label.is_relevant]
    asked = [case for case in unseen if case.label.is_relevant]
    names = {key: area.sv for key, area in knowledge.areas.items()}
    said = annif.suggest(command, names, taught, [text_of(case.item) for case in asked])
    if said is None:
        return Rival(missing=NOT_RUNNING)
    return Rival(_areas(said, [case.label.areas for case in asked], list(names)))


def _rival(cases: Sequence[Case], keys: Sequence[str], scores: Floats, areas: Sequence[Sequence[str]]) -> Rival:
    right = _right(cases)
    pairs = [(said, case.label.areas) for said, case in zip(areas, cases, strict=True) if case.label.is_relevant]
    figures = {**ranking(scores, right), **_areas([said for said, _ in pairs], [wanted for _, wanted in pairs], keys)}
    return Rival(figures, ranking_interval(scores, right))


def _areas(said: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]], keys: Sequence[str]) -> dict[str, float]:
    told = [next(iter(row), "") in right for row, right in zip(said, wanted, strict=True) if right]
    return {
        **area_figures(table_of(said, keys), table_of(wanted, keys)),
        "first area right": sum(told) / max(1, len(told)),
    }


def _right(cases: Sequence[Case]) -> Bools:
    return np.array([case.label.is_relevant for case in cases], dtype=np.bool_)

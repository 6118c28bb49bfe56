"""What an assessor must beat: alerts on the words of the areas' names, and a word model trained on labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nlp.knowledge import Knowledge
from nlp.measures import Bools, Floats
from store.types import Item

ENOUGH = 200  # items; among fewer, words that stand in a single one are needed too
PIECES = r"(?u)\b\w\w+\b|$"  # scikit-learn's own, and the end of a text: one without words is an empty one
FEWEST_LETTERS = 2  # by which words that cannot begin a name are passed over
_WORD = re.compile(r"\w+")
_NOT_SUBJECTS = frozenset(["och", "and", "the", "of", "i", "in"])


def keyword_alert(items: Sequence[Item], knowledge: Knowledge) -> tuple[Floats, list[list[str]]]:
    """Return, per item, how many words of the areas' names it holds and the areas they stand in."""
    words = _names(knowledge)
    return _alerts(items, lambda held: {area: len(wanted & held) for area, wanted in words.items()})


def prefix_alert(items: Sequence[Item], knowledge: Knowledge) -> tuple[Floats, list[list[str]]]:
    """Return the same for words that begin as a word of the names does: "avlopp" also finds "avloppsvatten"."""
    words = _names(knowledge)
    begun = {word[:FEWEST_LETTERS] for wanted in words.values() for word in wanted}

    def count(held: set[str]) -> dict[str, int]:
        near = [word for word in held if word[:FEWEST_LETTERS] in begun]
        return {
            area: sum(any(word.startswith(start) for word in near) for start in wanted)
            for area, wanted in words.items()
        }

    return _alerts(items, count)


def _names(knowledge: Knowledge) -> dict[str, set[str]]:
    return {
        area.key: {word for word in _WORD.findall(f"{area.sv} {area.en}".lower()) if word not in _NOT_SUBJECTS}
        for area in knowledge.areas.values()
    }


def _alerts(items: Sequence[Item], count: Callable[[set[str]], Mapping[str, int]]) -> tuple[Floats, list[list[str]]]:
    scores, areas = [], []
    for item in items:
        counts = count(set(_WORD.findall(f"{item.title} {item.text}".lower())))
        found = sorted((area for area in counts if counts[area]), key=lambda area: -counts[area])
        scores.append(float(sum(counts.values())))
        areas.append(found[:3])
    return np.array(scores), areas


def word_model(train: Sequence[Item], right: Bools, test: Sequence[Item]) -> Floats:
    """Return the probabilities of word TF-IDF and logistic regression, trained on `train`."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2 if len(train) >= ENOUGH else 1, token_pattern=PIECES)
    learnt = LogisticRegression(C=10.0, max_iter=1000, class_weight="balanced")
    learnt.fit(vectorizer.fit_transform([_text(item) for item in train]), right)
    return np.asarray(learnt.predict_proba(vectorizer.transform([_text(item) for item in test]))[:, 1])


def _text(item: Item) -> str:
    return f"{item.title} {item.title} {item.text}"

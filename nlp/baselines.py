"""What an assessor must beat: an alert on the areas' names, and a word model trained on the other half."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nlp.knowledge import Knowledge
from nlp.measures import Bools, Floats
from store.types import Item

_WORD = re.compile(r"\w+")
_NOT_SUBJECTS = frozenset(["och", "and", "the", "of", "i", "in"])


def keyword_alert(items: Sequence[Item], knowledge: Knowledge) -> tuple[Floats, list[list[str]]]:
    """Return, per item, how many words of the areas' names it holds and the areas they stand in."""
    words = {
        area.key: {word for word in _WORD.findall(f"{area.sv} {area.en}".lower()) if word not in _NOT_SUBJECTS}
        for area in knowledge.areas.values()
    }
    scores, areas = [], []
    for item in items:
        held = set(_WORD.findall(f"{item.title} {item.text}".lower()))
        counts = {area: len(wanted & held) for area, wanted in words.items()}
        found = sorted((area for area in counts if counts[area]), key=lambda area: -counts[area])
        scores.append(float(sum(counts.values())))
        areas.append(found[:3])
    return np.array(scores), areas


def word_model(train: Sequence[Item], right: Bools, test: Sequence[Item]) -> Floats:
    """Return the probabilities of word TF-IDF and logistic regression, trained on `train`."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2)
    learnt = LogisticRegression(C=10.0, max_iter=1000, class_weight="balanced")
    learnt.fit(vectorizer.fit_transform([_text(item) for item in train]), right)
    return np.asarray(learnt.predict_proba(vectorizer.transform([_text(item) for item in test]))[:, 1])


def _text(item: Item) -> str:
    return f"{item.title} {item.title} {item.text}"

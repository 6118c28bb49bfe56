"""What the command `utkik model` and the page Model tell: what was learnt, from whom, and whether it helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from nlp.encoder import SIZE
from nlp.labels import By, Label
from nlp.learning import RELEVANCE, Correction
from nlp.learning_explanation import word_parts
from nlp.learning_rows import Reader
from pipeline.labels import read_labels
from pipeline.learn import assessor_of
from pipeline.learned import LONG, name_words, usable_correction
from pipeline.learning_curve import learning_curve, order_out_of_fold
from pipeline.municipality import Municipality
from pipeline.wording import counted, listed
from store.corrections import list_corrections
from store.db import Session
from store.explorations import list_explorations

STRONGEST = 8
MOST_READ = 400  # labelled items whose words are looked at for the strongest
ORIGINS = {
    "ranked": "visades i listan",
    "routed": "var på väg till någon",
    "explored": "visades för att lära",
    "undone": "ändrades tillbaka",
    "read": "lästes av andra läsaren",
}
BY = {
    By.VERDICT: ("bedömning av samordnaren", "bedömningar av samordnaren"),
    By.ANSWER: ("svar från kontaktpersoner", "svar från kontaktpersoner"),
    By.OPINION: ("omdöme av andra läsaren", "omdömen av andra läsaren"),
}


def model_values(session: Session, municipality: Municipality, *, now: datetime) -> dict[str, Any]:
    """Return everything that is told of the model, as JSON can hold it."""
    labels = read_labels(session, municipality, now=now)
    assessor = assessor_of(labels)
    standing = [label for label in labels if label.assessment.assessor == assessor]
    correction = usable_correction(session, municipality)
    if correction and correction.assessor != assessor:
        correction = None
    versions = list_corrections(session, municipality.key)
    order = order_out_of_fold(standing, assessor)
    return {
        "municipality": municipality.name,
        "assessor": assessor or _newest_assessor(versions),
        "labels": {
            "counted": len(standing),
            "waiting": len(labels) - len(standing),
            "by": dict(sorted(Counter(label.by.value for label in standing).items())),
            "origins": dict(sorted(Counter(label.origin for label in standing).items())),
        },
        "learned": _learned_values(correction, standing),
        "out_of_fold": asdict(order) if order else None,
        "curve": [asdict(one) for one in learning_curve(standing, assessor)],
        "explored": len(list_explorations(session, municipality.key)),
        "versions": [
            {
                "id": version.id,
                "made_at": version.made_at.isoformat(),
                "labels": version.labels,
                "state": version.state,
                "assessor": version.assessor,
            }
            for version in versions
        ],
    }


def _newest_assessor(versions: Sequence[Any]) -> str:
    return str(versions[0].assessor) if versions else ""


def _learned_values(correction: Correction | None, labels: Sequence[Label]) -> dict[str, Any]:
    if correction is None:
        return {"words": {"more": [], "less": []}, "names": {"more": [], "less": []}, "areas": [], "units": []}
    pairs = [(label.item, label.assessment) for label in labels[:MOST_READ]]
    fewest = 2 if len(pairs) >= 20 else 1
    words = {
        word: part
        for word, (part, times) in word_parts(pairs, correction, Reader()).items()
        if len(word) >= LONG and times >= fewest
    }
    weights = correction.weights[RELEVANCE][SIZE:]
    names = {name_words(name): float(weight) for name, weight in zip(correction.names, weights, strict=True)}
    heads = [head.partition(":") for head in sorted(correction.weights)]
    return {
        "words": _both_ways(words),
        "names": _both_ways(names),
        "areas": [key for kind, _, key in heads if kind == "area"],
        "units": [key for kind, _, key in heads if kind == "unit"],
    }


def _both_ways(parts: Mapping[str, float]) -> dict[str, list[str]]:
    ordered = sorted(parts, key=lambda name: (-parts[name], name))
    more = [name for name in ordered if parts[name] > 0][:STRONGEST]
    less = [name for name in reversed(ordered) if parts[name] < 0][:STRONGEST]
    return {"more": more, "less": less}


def model_sentences(values: Mapping[str, Any]) -> list[str]:
    """Return what was learnt, and whether it helps, as Swedish sentences."""
    labels, learned = values["labels"], values["learned"]
    if not labels["counted"]:
        return ["Inget är lärt ännu: samordnarens bedömningar och kontaktpersonernas svar är det som lär."]
    sentences = [f"Lärt av {listed([counted(n, *BY[By(by)]) for by, n in labels['by'].items()])}."]
    shown = [f"{n} {ORIGINS.get(origin, origin)}" for origin, n in labels["origins"].items()]
    sentences.append(f"Av posterna: {listed(shown)}.")
    for way, verb in (("more", "högre"), ("less", "lägre")):
        if words := learned["words"][way]:
            sentences.append(f"Ord som ger {verb} plats: {listed(words)}.")
        if names := learned["names"][way]:
            sentences.append(f"Det här får {verb} plats: {listed(names)}.")
    sentences += _order_sentences(values)
    if labels["waiting"]:
        sentences.append(f"{labels['waiting']} väntar på att posterna bedöms om: kör utkik assess.")
    return sentences


def _order_sentences(values: Mapping[str, Any]) -> list[str]:
    order = values["out_of_fold"]
    if order is None:
        return ["För få bedömningar åt båda hållen för att säga om det lärda hjälper."]
    return [
        f"Av två poster, en skickad och en bortvald, stod den skickade överst i {_percent(order['learned'])} av paren "
        f"med det lärda, prövat på bedömningar som hållits undan, mot {_percent(order['shared'])} utan."
    ]


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"

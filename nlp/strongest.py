"""Of hits that lie over each other, the ones that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.matching import Hit

Kept = Mapping[str, Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Strongest:
    """The hits that count, per area, cue and flag, in the order of the text; `others` are cues and flags together."""

    areas: Kept
    cues: Kept
    flags: Kept
    others: Kept


def strongest(hits: Iterable[Hit]) -> Strongest:
    """Return the hits per key, the heaviest and longest alone where several of one key lie over each other."""
    groups: dict[str, dict[str, list[Hit]]] = {"area": {}, "cue": {}, "flag": {}}
    others: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=_order):
        term = hit.term
        of_group = groups[term.group]
        kept = of_group.get(term.key)
        if kept is None:
            of_group[term.key] = kept = [hit]
            if term.group != "area":
                others[term.key] = kept
        elif hit.start >= kept[-1].word_end:
            kept.append(hit)
        elif term.weight > kept[-1].term.weight:
            kept[-1] = hit
    return Strongest(groups["area"], groups["cue"], groups["flag"], others)


def _order(hit: Hit) -> tuple[int, float, int]:
    return hit.start, -hit.term.weight, hit.start - hit.end

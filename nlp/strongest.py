"""Of hits that lie over each other, the ones that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nlp.matching import Hit

Kept = Mapping[str, Sequence[Hit]]


@dataclass(slots=True)
class Strongest:
    """The hits that count, per area, cue and flag, in the order of the text; `others` are cues and flags together."""

    areas: dict[str, list[Hit]] = field(default_factory=dict)
    cues: dict[str, list[Hit]] = field(default_factory=dict)
    flags: dict[str, list[Hit]] = field(default_factory=dict)
    others: dict[str, list[Hit]] = field(default_factory=dict)
    marks: int = field(default=0, compare=False)  # of nlp.marks, where they were looked for


def strongest(hits: Iterable[Hit]) -> Strongest:
    """Return the hits per key, the heaviest and longest alone where several of one key lie over each other."""
    found = Strongest()
    for (group, key), kept in kept_of(hits).items():
        if group == "area":
            found.areas[key] = kept
        else:
            (found.cues if group == "cue" else found.flags)[key] = kept
            found.others[key] = kept
    return found


def kept_of(hits: Iterable[Hit]) -> dict[tuple[str, str], list[Hit]]:
    """Return the hits that count per group and key, in the order in which the keys are met."""
    found: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(hits, key=_order):
        kept = found.setdefault((hit.term.group, hit.term.key), [])
        if not kept or hit.start >= kept[-1].word_end:
            kept.append(hit)
        elif hit.term.weight > kept[-1].term.weight:
            kept[-1] = hit
    return found


def _order(hit: Hit) -> tuple[int, float, int]:
    return hit.start, -hit.term.weight, hit.start - hit.end

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

    def of(self, group: str, key: str) -> list[Hit]:
        """Return the list of a key's hits, a new one where there is none."""
        found = self.areas if group == "area" else self.cues if group == "cue" else self.flags
        kept = found.get(key)
        if kept is None:
            found[key] = kept = []
            if group != "area":
                self.others[key] = kept
        return kept


def strongest(hits: Iterable[Hit]) -> Strongest:
    """Return the hits per key, the heaviest and longest alone where several of one key lie over each other."""
    found = Strongest()
    for (group, key), kept in kept_of(hits).items():
        found.of(group, key).extend(kept)
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

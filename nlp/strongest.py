"""Of hits that lie over each other, the ones that count."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.matching import Hit


def kept_of(hits: Iterable[Hit]) -> dict[tuple[str, str], list[Hit]]:
    """Return the hits that count per group and key, in the order in which the keys are met.

    Of several of one key that lie over each other the heaviest and longest counts alone.
    """
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

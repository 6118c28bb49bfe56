"""Numbers for notebooks: how sure a change or a share is, how well relevance holds, and what configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv, ndtri

from crawlers.dates import STOCKHOLM
from pipeline.areas import area_names
from pipeline.municipality import Municipality
from pipeline.served import Files
from pipeline.settings import load_settings
from pipeline.wording import KINDS

__all__ = [
    "address",
    "area_names",
    "calibration",
    "day_of",
    "kind_names",
    "learning_curve",
    "order",
    "organisation",
    "rate_change",
    "share",
    "source_regions",
]

SEED, DRAWS = 20_260_101, 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """How many times as common something has become, and within what that lies."""

    ratio: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether no change at all lies outside."""
        return self.low > 1 or self.high < 1


def address() -> str:
    """Return the address of the database that the settings name: UTKIK_HOME's, else that of ~/.utkik."""
    return load_settings().store_url


def day_of(moment: pd.Timestamp) -> pd.Timestamp:
    """Return the Swedish day of a moment; of none, a day before everything that is stored."""
    return pd.Timestamp(0, unit="s") if pd.isna(moment) else moment.tz_convert(STOCKHOLM).normalize().tz_localize(None)


def rate_change(
    before: Sequence[int], after: Sequence[int], exposed_before: float, exposed_after: float, *, level: float = 0.95
) -> Change:
    """Return the ratio of two rates, from counts per week and what they were counted among, with an exact interval.

    Given both sums, the later one is binomial (Clopper-Pearson). News comes in clusters, which makes weekly counts
    vary more than chance alone: the counts then weigh as fewer, by how much more they vary.
    """
    spread = max(1.0, _spread(before), _spread(after))
    first, last = sum(before) / spread, sum(after) / spread
    if not exposed_before or not exposed_after or first + last == 0:
        return Change(float("nan"), 0.0, float("inf"))
    scale = exposed_before / exposed_after
    tail = (1 - level) / 2
    low = betaincinv(last, first + 1, tail) if last else 0.0
    high = betaincinv(last + 1, first, 1 - tail) if first else 1.0
    ratio = last / first * scale if first else float("inf")
    return Change(ratio, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else float("inf"))


def _spread(counts: Sequence[int]) -> float:
    """Return the variance of counts over their mean; 1 is what chance alone gives."""
    mean = float(np.mean(counts)) if len(counts) > 1 else 0.0
    return float(np.var(counts, ddof=1)) / mean if mean else 1.0


def share(successes: Any, asked: Any, *, level: float = 0.95) -> tuple[Any, Any]:
    """Return within what a share lies (Wilson), also for arrays; nobody asked gives 0 to 1."""
    z = ndtri(0.5 + level / 2)
    n, k = np.asarray(asked, dtype=float), np.asarray(successes, dtype=float)
    some = np.maximum(n, 1e-12)
    centre = (k + z**2 / 2) / (some + z**2)
    half = z / (some + z**2) * np.sqrt(k * (some - k).clip(0) / some + z**2 / 4)
    return np.where(n > 0, (centre - half).clip(0), 0.0), np.where(n > 0, (centre + half).clip(0, 1), 1.0)


def order(relevance: Sequence[float], sent: Sequence[bool]) -> Change:
    """Return how often a sent item ranks above a dropped one, with within what it lies; NaN without either kind."""
    scores, labels = np.asarray(relevance, dtype=float), np.asarray(sent, dtype=bool)
    found = _order(scores, labels)
    if np.isnan(found):
        return Change(found, 0.0, 1.0)
    random = np.random.default_rng(SEED)
    yes, no = np.flatnonzero(labels), np.flatnonzero(~labels)
    drawn = []
    for _ in range(DRAWS):
        chosen = np.concatenate([random.choice(yes, len(yes)), random.choice(no, len(no))])
        drawn.append(_order(scores[chosen], labels[chosen]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Change(found, float(low), float(high))


def _order(scores: Any, labels: Any) -> float:
    yes, no = int(labels.sum()), int((~labels).sum())
    if not yes or not no:
        return float("nan")
    _, place, many = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(many) - (many - 1) / 2)[place]  # equal scores share the middle of their ranks
    return float((ranks[labels].sum() - yes * (yes + 1) / 2) / (yes * no))


def calibration(relevance: Sequence[float], sent: Sequence[bool], *, bins: int = 10) -> pd.DataFrame:
    """Return per tenth of relevance what was promised and what came of it, with within what the share lies."""
    table = pd.DataFrame({"relevance": np.asarray(relevance, dtype=float), "sent": np.asarray(sent, dtype=float)})
    table["bin"] = np.minimum((table["relevance"] * bins).astype(int), bins - 1)
    found = table.groupby("bin").agg(promised=("relevance", "mean"), came=("sent", "mean"), asked=("sent", "size"))
    found["low"], found["high"] = share(found["came"] * found["asked"], found["asked"])
    return found.reset_index(drop=True)


def learning_curve(verdicts: pd.DataFrame, marks: Sequence[str], *, steps: Sequence[int]) -> pd.DataFrame:
    """Return how later verdicts are ordered by relevance alone, and with what the first so many told of the marks.

    `verdicts` has relevance and sent, in the order they were given; `marks` names columns such as source and area. Each
    value moves the log-odds by what was sent among its verdicts, drawn towards nothing when they are few.
    """
    rows = []
    for step in steps:
        first, later = verdicts.iloc[:step], verdicts.iloc[step:]
        if _is_thin(later):
            break
        odds = _log_odds(later["relevance"]) + sum(_learnt(first, later, mark) for mark in marks)
        rows.append((step, len(later), _order(*_arrays(later["relevance"], later)), _order(*_arrays(odds, later))))
    return pd.DataFrame(rows, columns=["first", "asked", "relevance_alone", "with_learnt"])


def _is_thin(verdicts: pd.DataFrame) -> bool:
    return int(verdicts["sent"].sum()) < 5 or int((~verdicts["sent"].astype(bool)).sum()) < 5


def _arrays(scores: Any, verdicts: pd.DataFrame) -> tuple[Any, Any]:
    return np.asarray(scores, dtype=float), np.asarray(verdicts["sent"], dtype=bool)


def _log_odds(relevance: Any) -> Any:
    clipped = np.asarray(relevance, dtype=float).clip(0.001, 0.999)
    return np.log(clipped / (1 - clipped))


def _learnt(first: pd.DataFrame, later: pd.DataFrame, mark: str, *, drawn: float = 30.0) -> Any:
    if first.empty:
        return np.zeros(len(later))
    more = first["sent"].astype(float) - first["relevance"].astype(float)
    told = pd.DataFrame({"mark": first[mark].astype(str), "more": more - more.mean()})
    found = told.groupby("mark")["more"].agg(["sum", "size"])
    shift = 4 * found["sum"] / (found["size"] + drawn)  # 4: what a share near a half moves log-odds by
    return later[mark].astype(str).map(shift).fillna(0.0).to_numpy()


def organisation() -> pd.DataFrame:
    """Return a row for each unit and area it answers for, as the municipality's file says."""
    place = _municipality()
    rows = [
        (key, unit.name, unit.committee, unit.contact is not None, area)
        for key, unit in place.units.items()
        for area in unit.areas
    ]
    return pd.DataFrame(rows, columns=["unit", "name", "committee", "has_contact", "area"])


def kind_names() -> dict[str, str]:
    """Return the Swedish name of each kind of item."""
    return {kind.value: word for kind, word in KINDS.items()}


def source_regions() -> dict[str, str]:
    """Return which region each source is about, for items that name none themselves."""
    from crawlers.catalogue import facts  # imported here: it takes Scrapy, and most notebooks do not ask

    return {source.name: source.region for source in facts()}


def _municipality() -> Municipality:
    return Files().served(load_settings()).municipalities[0]

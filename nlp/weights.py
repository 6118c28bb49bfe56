"""The few numbers of the relevance logistic, set by hand after measuring.

Every number is a log-odds step, rounded to a tenth: +0.7 doubles the odds of being sent on. They were set on half of
the development labels (those whose identifier hashes odd) and then measured on the other half; nlp/README.md gives
both figures. No number is learnt by the program.
"""

from __future__ import annotations

from collections.abc import Mapping

BIAS = -5.1

EVIDENCE: Mapping[str, float] = {"core": 2.6, "signs": 0.8, "strength": 0.5, "no_text": -0.1, "programme": 0.3}

# A word for a municipality's own task in the title, per group of kinds.
CORE_TITLE: Mapping[str, float] = {"document": 0.8, "act": 0.7, "call": 0.6, "agency": 0.4, "news": 0.3}

# What the document is by nature: an inquiry or a consultation asks municipalities, an agenda or a treaty does not.
FAMILY: Mapping[str, float] = {
    "inquiry": 1.1,
    "consultation": 0.6,
    "directive": 0.6,
    "regulation": 0.3,
    "ordinance": 0.2,
    "news": 0.2,
    "bill": -0.1,
    "fact_memo": -0.2,
    "memorandum": -0.2,
    "assignment": -0.3,
    "article": -0.4,
    "agreement": -0.4,
    "committee_directive": -0.4,
    "statement": -0.5,
    "call": -0.6,
    "agenda": -0.8,
    "treaty": -0.8,
    "notice": -1.0,
    "foreign_policy": -1.5,
}

# The best area: where the municipality is the principal, most of the area's news concerns it.
AREA: Mapping[str, float] = {
    "governance": 0.7,
    "school": 0.7,
    "adult_education": 0.4,
    "procurement": 0.4,
    "water": 0.4,
    "social": -0.1,
    "youth_leisure": -0.1,
    "business": -0.2,
    "environment": -0.2,
    "culture": -0.3,
    "employment": -0.3,
    "preparedness": -0.3,
    "elderly_disability": -0.4,
    "transport": -0.4,
}

# Cue -> (in the title, in the text); "cue@group" where it means different things in different kinds.
CUES: Mapping[str, tuple[float, float]] = {
    "municipal@document": (0.5, 1.2),
    "municipal@agency": (0.1, 0.8),
    "municipal@news": (0.7, 0.6),
    "municipal@call": (0.3, 0.4),
    "municipal@act": (0.3, 0.2),
    "apply@call": (0.4, 0.4),
    "apply@act": (0.0, 0.2),
    "duty": (0.2, 0.9),
    "study": (0.2, 0.3),
    "municipal_programme": (0.8, 0.2),
    "foreign@document": (-0.1, -0.2),
    "foreign@agency": (-0.5, -0.2),
    "foreign@act": (-0.3, 0.0),
    "foreign@call": (-0.6, -0.5),
    "foreign@news": (-0.8, -0.4),
    "crime_news": (-0.8, -0.1),
    "celebrity_sport": (-0.4, 0.0),
    "trade_finance": (-0.5, -0.4),
    "farm_fish": (-0.5, -0.1),
    "technology_research": (-0.5, -0.4),
    "institution": (-0.8, -0.2),
    "rail_air_technical": (-0.7, -0.1),
    "penal": (-0.5, -0.2),
    "regions_only": (-0.7, -0.4),
    "state_only": (-0.4, -0.4),
    "diary": (-0.3, -0.7),
    "extension": (-1.0, -0.4),
}

# News in English is the foreign press, whatever its subject; English agencies are the Commission's press room.
ENGLISH: Mapping[str, float] = {"news": -1.2, "agency": -0.2}

"""The few numbers of the relevance logistic, set by hand after measuring.

Every number is a log-odds step, rounded to a tenth: +0.7 doubles the odds of being sent on. They were set on half of
the development labels (those whose identifier hashes odd) and then measured on the other half; nlp/README.md gives
both figures. No number is learnt by the program.
"""

from __future__ import annotations

from collections.abc import Mapping

BIAS = -5.35

EVIDENCE: Mapping[str, float] = {
    "core": 2.0,  # the area with the most that always concerns municipalities
    "own": 1.2,  # what a municipality itself runs, over all areas
    "signs": 1.0,  # the logarithm of all evidence
    "strength": 0.5,
    "acts": 0.5,  # an act or law that municipalities already work under
    "no text": -0.2,
}

# A word for a municipality's own task, or of constant concern to it, in the title: per group of kinds.
CORE_TITLE: Mapping[str, float] = {"document": 0.8, "act": 0.2, "call": 0.4, "agency": 0.3, "news": 0.4}
OWN_TITLE: Mapping[str, float] = {"document": 0.3, "call": 0.4}

# What the document is by nature: an inquiry or a consultation asks municipalities, an agenda or a treaty does not.
FAMILY: Mapping[str, float] = {
    "inquiry": 1.1,
    "consultation": 0.6,
    "directive": 0.4,
    "news": 0.3,
    "regulation": 0.2,
    "report": 0.2,
    "memorandum": -0.1,
    "assignment": -0.2,
    "call": -0.3,
    "agreement": -0.3,
    "article": -0.4,
    "committee_directive": -0.4,
    "technical_act": -0.4,
    "statement": -0.5,
    "agenda": -0.8,
    "treaty": -0.8,
    "notice": -1.0,
    "foreign_policy": -1.5,
}

# The best area: where the municipality is the principal, most of the area's news concerns it.
AREA: Mapping[str, float] = {
    "governance": 0.4,
    "school": 0.4,
    "adult_education": 0.4,
    "water": 0.3,
    "planning": 0.2,
    "procurement": 0.2,
    "employment": -0.1,
    "business": -0.2,
    "environment": -0.2,
    "preparedness": -0.2,
    "youth_leisure": -0.2,
    "culture": -0.3,
    "transport": -0.3,
    "elderly_disability": -0.4,
}

# Cue -> (in the title, in the text); "cue@group" where it means different things in different kinds.
CUES: Mapping[str, tuple[float, float]] = {
    "municipal@document": (0.4, 1.0),
    "municipal@agency": (0.0, 0.6),
    "municipal@news": (0.6, 0.6),
    "municipal@call": (0.2, 0.3),
    "municipal@act": (0.2, 0.2),
    "apply@call": (0.3, 0.2),
    "apply@act": (0.0, 0.2),
    "duty": (0.1, 0.8),
    "study": (0.3, 0.3),
    "municipal_programme": (0.6, 0.2),
    "foreign@document": (0.0, -0.1),
    "foreign@agency": (-0.4, -0.1),
    "foreign@act": (-0.2, -0.1),
    "foreign@call": (-0.4, -0.3),
    "foreign@news": (-0.6, -0.3),
    "crime_news": (-0.7, -0.1),
    "celebrity_sport": (-0.3, 0.0),
    "trade_finance": (-0.4, -0.3),
    "farm_fish": (-0.4, 0.0),
    "technology_research": (-0.5, -0.4),
    "institution": (-0.8, -0.3),
    "rail_air_technical": (-0.6, -0.2),
    "penal": (-0.3, -0.2),
    "regions_only": (-0.6, -0.4),
    "state_only": (-0.4, -0.4),
    "diary": (-0.3, -0.7),
    "extension": (-1.0, -0.8),
    "technical_energy": (-0.4, -0.2),
}

# News in English is the foreign press, whatever its subject; English agencies are the Commission's press room.
ENGLISH: Mapping[str, float] = {"news": -0.9, "agency": -0.1}

# Parts of a call's identifier and of its programme's short name. What asks for municipalities (missions, LIFE, CERV,
# school and adult education) stands against what asks for industry, defence, laboratories and third countries.
CALL_CODES: Mapping[str, float] = {
    "MISS": 0.4,
    "CIT": 1.0,
    "LIFE": 0.5,
    "SIP": 0.5,
    "CET": 0.5,
    "ERASMUS": 0.2,
    "SCH": 0.5,
    "ADU": 0.5,
    "ESC": 0.3,
    "CERV": 0.3,
    "TOWN": 0.7,
    "NETW": 0.5,
    "EUI": 1.0,
    "NEB": 0.5,
    "UCPM": 0.5,
    "URBAN": 0.5,
    "ESF": 0.4,
    "COMMUNITIES": 0.4,
    "AFIF": 0.5,
    "CL4": -0.7,
    "HLTH": -0.5,
    "FARM2FORK": -0.9,
    "CLEANH2": -0.5,
    "CHIPS": -1.2,
    "EUROHPC": -1.2,
    "KDT": -1.0,
    "CBE": -0.7,
    "EURATOM": -1.2,
    "MSCA": -1.0,
    "ERC": -1.5,
    "EIC": -1.0,
    "EIT": -0.5,
    "INFRA": -0.8,
    "WIDERA": -0.6,
    "SPACE": -1.0,
    "EUSPA": -1.0,
    "EDF": -1.5,
    "EDIP": -1.2,
    "RELEX": -1.5,
    "AGRIP": -1.2,
    "RFCS": -1.0,
    "MEDIA": -0.6,
    "ISF": 0.2,
}

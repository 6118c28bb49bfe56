"""What a deadline is called: its role in words."""

from __future__ import annotations

from store.types import Kind

ROLE_WORDS = {
    "application": "sista ansökningsdag",
    "stage_1": "sista dag för första steget",
    "stage_2": "sista dag för andra steget",
    "cut_off": "ansökningar prövas",
    "answer": "svar senast",
    "transposition": "införs senast",
    "application_date": "börjar gälla",
    "other": "sista dag",
}


def role_in_words(role: str, kind: Kind) -> str:
    """Return "sista ansökningsdag", "svar senast" …; a consultation is answered whatever its source calls the day."""
    if kind is Kind.CONSULTATION and role not in ("transposition", "application_date"):
        return ROLE_WORDS["answer"]
    return ROLE_WORDS.get(role, ROLE_WORDS["other"])

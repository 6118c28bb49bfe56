"""What sort of document an item is, finer than its kind: a directive, an inquiry, a council agenda."""

from __future__ import annotations

import re
from functools import lru_cache

from store.types import Item, Kind

# The first pattern that the title or the source's own type name answers to tells the family of its kind.
_ACTS = [
    (
        "notice",
        r"^case [ctf][-‑]|judgment|case law|order of the (?:general )?court|action brought|prior notification|"
        r"non-opposition|merger|corrigendum|rättelse|announcement|notice|national transposition|förhandsanmälan|"
        r"mål [ct]-|"
        r"information (?:concerning|communicated)|\bopinion of\b|résumé|summary of",
    ),
    (
        "communication",
        r"^(?:joint )?(?:communication|report|statement|opinion|resolution)\b|staff working document|white paper|"
        r"^(?:gemensamt )?(?:meddelande|rapport|yttrande|resolution|förklaring)\b|arbetsdokument|vitbok|grönbok",
    ),
    ("foreign_policy", r"\(cfsp\)|\(gusp\)|political and security committee"),
    (
        "technical_act",
        r"(?:_impl|_del)\b|(?:implementing|delegated) (?:regulation|decision|directive)|"
        r"(?:genomförande|delegerade? )(?:förordning|beslut|direktiv)|commission (?:regulation|directive|decision)|"
        r"kommissionens (?:förordning|direktiv|beslut)",
    ),
    ("directive", r"^dir\b|directive|direktiv"),
    ("regulation", r"^reg\b|regulation|förordning"),
    ("decision", r"^dec\b|decision|beslut"),
    ("recommendation", r"^reco|recommendation|rekommendation"),
]
_GOVERNMENT = [
    ("agenda", r"kommenterad dagordning|kommenterade-dagordningar"),
    ("fact_memo", r"fpm|faktapromemoria"),
    ("committee_directive", r"\bdir\. ?\d{4}|kommitt[eé]direktiv|^tilläggsdirektiv"),
    ("inquiry", r"\bsou \d{4}|^sou\b|statens.offentliga.utredningar|^sou"),
    ("memorandum", r"\bds \d{4}|ds/promemoria|departementsserien|promemoria"),
    ("bill", r"proposition|prop\. ?\d{4}|lagrådsremiss"),
    ("letter", r"\bskr\. ?\d{4}|skrivelse"),
    ("ordinance", r"förordningsmotiv|\bfm \d{4}"),
    ("treaty", r"\bsö \d{4}|internationell överenskommelse|internationella-overenskommelser|avsiktsförklaring"),
    ("committee_report", r"betänkande|betankande|utlåtande"),
]
_AGENCY = [
    ("agenda", r"kommenterad dagordning|kommenterade-dagordningar"),
    ("assignment", r"regeringsuppdrag|^uppdrag|uppdrag till|uppdrag att"),
    ("agreement", r"överenskommelse|overenskommelse"),
    ("press_release", r"press release|pressmedd|presscorner"),
    ("statement", r"uttalande|tal\b"),
    ("report", r"rapport|informationsmaterial|skrivelse"),
    ("article", r"artik"),
]
_TABLES = {
    Kind.LEGAL_ACT: _ACTS,
    Kind.PROPOSAL: _ACTS,
    Kind.GOVERNMENT: _GOVERNMENT,
    Kind.AGENCY: _AGENCY,
    Kind.NEWS: _GOVERNMENT[:1],
}
_PATTERNS = {kind: [(name, re.compile(pattern)) for name, pattern in table] for kind, table in _TABLES.items()}
_HEAD = 400  # characters of a title; an act's own name stands first and the acts it changes after it


def family_of(item: Item) -> str:
    """Return the family of an item's document, or the name of its kind when nothing finer is known."""
    stated = f"{item.meta.get('doc_type') or item.meta.get('type') or ''}".lower()
    return _stated(item.kind, stated) or _earliest(item.kind, item.title[:_HEAD].lower()) or item.kind.value


@lru_cache(maxsize=2_000)
def _stated(kind: Kind, stated: str) -> str:
    """The family by the source's own name of the type; there are few of them, so each is looked at once."""
    return _earliest(kind, stated)


def _earliest(kind: Kind, text: str) -> str:
    if not text:
        return ""
    hits = [
        (match.start() // 60, number, name)
        for number, (name, pattern) in enumerate(_PATTERNS.get(kind, ()))
        if (match := pattern.search(text))
    ]
    return min(hits)[2] if hits else ""

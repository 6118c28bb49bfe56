"""Swedish words for days, money and kinds, and text made safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from store.types import Item, Kind, Money

WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
CURRENCIES = {"EUR": "euro", "SEK": "kronor", "NOK": "norska kronor", "DKK": "danska kronor", "USD": "dollar"}
NUMBERS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
HARD_SPACE = "\N{NO-BREAK SPACE}"

_ACT_TYPES = {"L": "Direktiv", "R": "Förordning", "D": "Beslut", "H": "Rekommendation"}
_DOCUMENT_TYPES = {
    "fpm": "Faktapromemoria",
    "prop": "Proposition",
    "sou": "Utredning",
    "ds": "Promemoria",
    "dir": "Kommittédirektiv",
}
KINDS = {
    Kind.LEGAL_ACT: "Rättsakt",
    Kind.PROPOSAL: "Förslag",
    Kind.CALL: "Utlysning",
    Kind.CONSULTATION: "Remiss",
    Kind.GOVERNMENT: "Regeringen",
    Kind.AGENCY: "Myndighet",
    Kind.NEWS: "Nyhet",
}


def clean(text: str) -> str:
    """Return the text on one line, without control, direction and invisible characters.

    A line break could end a header, and a direction mark turns the words after it around for the reader.
    """
    return re.sub(r" {2,}", " ", text.translate(_SHOWN)).strip()


class _Shown(dict[int, str | None]):
    """What each character is shown as, None for not at all; looked up once: every word of a letter passes here."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        space = category in ("Zl", "Zp", "Zs") or character in "\t\r\n\v\f"
        shown = " " if space else None if category in ("Cc", "Cf", "Cs", "Cn") else character
        return self.setdefault(code, shown)


_SHOWN = _Shown()


def shortened(text: str, length: int) -> str:
    """Return the text cut between two words, with an ellipsis, when it is longer than `length`."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if " " in cut[length // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:–-(") + "…"


def upper_first(text: str) -> str:
    """Return the text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return the text with a small first letter, unless the first word is an abbreviation or a name in capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def listed(words: Sequence[str], last: str = "och") -> str:
    """Return "a", "a och b" or "a, b och c"."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, one: str, many: str) -> str:
    """Return "1 post" or "3 poster"."""
    return f"{number}{HARD_SPACE}{one if number == 1 else many}"


def day_in_words(day: date, today: date, *, weekday: bool = True) -> str:
    """Return "fre 4 dec", with the year when it is not this one."""
    name = f"{day.day} {MONTHS[day.month - 1]}"
    if day.year != today.year:
        return f"{name} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {name}" if weekday else name


def distance_in_words(day: date, today: date) -> str:
    """Return "i dag", "i morgon", "om 12 dagar", "om 8 månader" or "för 3 dagar sedan"."""
    days = (day - today).days
    if days in (0, 1, -1):
        return {0: "i dag", 1: "i morgon", -1: "i går"}[days]
    amount = _span(abs(days))
    return f"om {amount}" if days > 0 else f"för {amount} sedan"


def _span(days: int) -> str:
    if days < 60:
        return f"{days} dagar"
    if days < 700:
        return f"{round(days / 30.44)} månader"
    return f"{round(days / 365.25)} år"


def money_in_words(money: Sequence[Money]) -> str:
    """Return "6 miljoner euro totalt, högst 150 000 euro per projekt", or "" when nothing is known."""
    by_role = {m.role: m for m in reversed(money) if m.value > 0}
    parts = []
    if total := by_role.get("total"):
        parts.append(f"{_amount(total)} totalt")
    low, high = by_role.get("grant_min"), by_role.get("grant_max")
    if low and high and low.value < high.value and low.currency == high.currency:
        parts.append(f"{_range(low, high)} per projekt")
    elif low and high:
        parts.append(f"{_amount(high)} per projekt")
    elif high:
        parts.append(f"högst {_amount(high)} per projekt")
    elif low:
        parts.append(f"minst {_amount(low)} per projekt")
    if rate := by_role.get("rate"):
        parts.append(f"stöd med högst {_number(rate.value)}{HARD_SPACE}% av kostnaden")
    if not parts and (other := by_role.get("other")):
        parts.append(_amount(other))
    return ", ".join(parts)


def _range(low: Money, high: Money) -> str:
    """Return "6–7 miljoner euro", the size named once when both have it."""
    least, size = _number(low.value), _number(high.value).partition(HARD_SPACE)[2]
    if size.startswith("mil") and least.endswith(size):
        least = least.removesuffix(f"{HARD_SPACE}{size}")
    return f"{least}–{_amount(high)}"


def _amount(money: Money) -> str:
    return f"{_number(money.value)} {CURRENCIES.get(money.currency, money.currency)}"


def _number(value: float) -> str:
    for size, name in ((1e9, "miljarder"), (1e6, "miljoner")):
        if value >= size:
            digits = f"{value / size:.2f}".rstrip("0").rstrip(".").replace(".", ",")
            return f"{digits}{HARD_SPACE}{name[:-2] if digits == '1' else name}"
    digits = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    return digits.replace(",", HARD_SPACE).replace(".", ",")


def kind_in_words(item: Item) -> str:
    """Return the chip: "Direktiv", "Förslag", "Utlysning", "Remiss", "Nyhet" …"""
    own = {reference.scheme: reference.value for reference in item.references if reference.relation == "is"}
    if item.kind is Kind.LEGAL_ACT and (act := re.match(r"3\d{4}([A-Z])", own.get("celex", ""))):
        return _ACT_TYPES.get(act[1], KINDS[item.kind])
    if item.kind is Kind.GOVERNMENT:
        return next((word for scheme, word in _DOCUMENT_TYPES.items() if scheme in own), KINDS[item.kind])
    return KINDS[item.kind]

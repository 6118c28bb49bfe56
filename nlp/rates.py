"""Which share of the costs a grant pays, and which share the applicant must bear, told apart by the words beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERCENT = re.compile(
    r"(?<![\d.,])(?P<low>[0-9]{1,3}(?:[.,][0-9])?)(?:\s?%?\s?(?:-|–|to|till|and|och|or|eller|respektive)\s?"
    r"(?P<high>[0-9]{1,3}))?\s?(?:%|procent\b|per cent\b|percent\b)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"egen(?:finansier\w*|insats\w*| finansier\w*| insats\w*)|(?:egen |kräv\w* |minst [^.]{0,20})medfinansier\w*"
    r"|medfinansier\w* (?:på|med|om|av|till)? ?(?:minst|lägst)|(?:sökande|projektet|kommunen|ni"
    r"|partnerna) (?:ska|måste|behöver)"
    r" (?:själv\w* )?(?:med)?finansiera|own (?:contribution|funding|resources|financing)|co-?\s?fi?n?(?:anc"
    r"|und)\w*(?: \w+)? "
    r"(?:of )?(?:at least|a minimum)|match(?:ed)?[- ]fund\w*|applicants? (?:must|should"
    r"|shall) (?:co-?financ\w*|contribute"
    r"|provide|cover)|self-financ\w*|minst \d+ (?:%|procent) (?:i )?(?:med|egen)\w*"
    r"|at least \d+ ?% (?:co-?financ|own)\w*",
    re.IGNORECASE,
)
_GRANT = re.compile(
    r"funding rate|co-?\s?financing rate|intervention rate|grant rate|support rate|financing rate"
    r"|reimbursement rate|aid"
    r" intensity|stödnivå\w*|stödgrad\w*|stödandel\w*|stödintensitet\w*|finansieringsgrad\w*|finansieringsandel\w*"
    r"|medfinansieringsgrad\w*|stödsats\w*|ersättningsgrad\w*|bidragsandel\w*"
    r"|(?:bidrag\w*|stöd(?:et)?|ersättning\w*|vi finansierar|finansierar|eu|fonden|programmet|vinnova)"
    r"(?: \w+){0,4}? (?:högst|upp till|max\w*|med|på|om|täcker|uppgå\w* till|motsvara\w*)"
    r"|(?:grant|funding|support|contribution|subsid\w+|co-?financ\w+|fund)s?(?: \w+){0,4}? (?:up to|maximum"
    r"|max|of|cover\w*|limited to)"
    r"|financed? (?:at )?up to|cover(?:s|ing)? up to|reimburs\w+|stödberättig\w+|bidragsgrundande|eligible"
    r" (?:project |total )?(?:cost|expend)|(?:av|of)(?: de| the| total)?(?: \w+){0,2} ?(?:kostnad|utgift|cost|expend)",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"rate|intensity|stödnivå|stödgrad|stödandel|finansieringsgrad|eligible (?:project |total )?(?:cost|expend)"
    r"|stödberättig|bidragsgrundande",
    re.IGNORECASE,
)
# With these near it a percentage is something else: pre-financing, overhead, money passed on, a goal, a part.
_OTHER = re.compile(
    r"third part|tredje part|pre-?financ|advance|förskott|utbetalas|overhead|indirect|indirekta|schablon|flat[- ]rate"
    r"|allocated|of the (?:total )?(?:budget|EU funding|EU grant|call)|av (?:budgeten|anslaget|medlen|utlysningens)|"
    r"subcontract|underleverant|reduc|minsk|increase|öka[rt]?\b|emission|utsläpp|energy saving|women|kvinnor"
    r"|personnel cost"
    r"|lönekostn|threshold|award criteri|poäng|target|growth|population|befolkning|befolkn|GDP|BNP|inflation"
    r"|lump sums?,"
    r"|access to|awarde|deduct|avdrag|skatt|moms|ränta|cascade|financial support to"
    r"|at least \d+ ?% of the (?:work|budget)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in per cent, the grant's and the applicant's own, with the words; `strong` where a rate is called one."""

    grant: tuple[float, ...] = ()
    own: tuple[float, ...] = ()
    words: str = ""
    strong: bool = False


def find_rates(text: str) -> Rates:
    """Return the shares of costs that a text tells of; nothing where it is not plain whose share it is."""
    grant, own, words, strong = dict[float, None](), dict[float, None](), "", False
    for match in _PERCENT.finditer(text):
        near, before = _near(text, match)
        if _OTHER.search(near):
            continue
        values = [float(written.replace(",", ".")) for written in (match["low"], match["high"]) if written]
        values = [value for value in values if 5 <= value <= 100]
        side = own if _OWN.search(near) else grant if _GRANT.search(near) else None
        if side is None or not values:
            continue
        if side is grant and not strong and _STRONG.search(near):  # what is called a rate counts before what is not
            grant.clear()
            strong = True
        if side is own or _STRONG.search(near) or not strong:
            side.update(dict.fromkeys(values))
            words = words or before
    return Rates(tuple(sorted(grant)), tuple(sorted(own)), words, strong)


def _near(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Return the stretch of the sentence around a percentage, and the same as words to show."""
    start, end = max(0, match.start() - 90), min(len(text), match.end() + 70)
    lead, tail = text[start : match.start()], text[match.end() : end]
    lead = re.split(r"[.!?]\s|\n", lead)[-1]
    tail = re.split(r"[.!?;](?:\s|$)|\n", tail)[0]
    whole = f"{lead}{match.group()}{tail}"
    return whole, " ".join(whole.split())

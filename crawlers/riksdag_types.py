"""The types of documents in the Riksdag's list, how each is counted and named, and the bodies behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.types import Kind

OFFICES, CHAMBER, COMMITTEE_ON_EU = "Regeringskansliet", "Sveriges riksdag", "EU-nämnden"


@dataclass(frozen=True, slots=True)
class Type:
    """One type of document; `prefix` stands before its number, `scheme` is that of the number as a reference."""

    code: str
    label: str  # one of them, in Swedish
    prefix: str = ""
    scheme: str = ""
    by_year: bool = False  # counted by calendar year ("2025"), else by session ("2025/26")
    body: str = CHAMBER  # who stands behind it when the list does not say
    kind: Kind = Kind.GOVERNMENT
    fewest: int = 1  # in ninety days, summer included
    read: bool = True  # unless configuration names the types


TYPES = (
    Type("fpm", "Fakta-PM om EU-förslag", "", "fpm", body=OFFICES),
    Type("kom", "EU-förslag", "", "com", body="Europeiska kommissionen", kind=Kind.PROPOSAL),
    Type("eundok", "EU-nämndens dokument", body=COMMITTEE_ON_EU),
    Type("eunprot", "EU-nämndens uppteckning", body=COMMITTEE_ON_EU),
    Type("prop", "Proposition", "Prop. ", "prop", body=OFFICES, fewest=2),
    Type("sou", "Statens offentliga utredningar", "SOU ", "sou", by_year=True, body=OFFICES, fewest=2),
    Type("ds", "Departementsserien", "Ds ", "ds", by_year=True, body=OFFICES),
    Type("dir", "Kommittédirektiv", "Dir. ", "dir", by_year=True, body=OFFICES, fewest=2),
    Type("bet", "Betänkande", "", "bet", fewest=2),
    # Read where configuration asks for them: what they bring is mostly told by the types above as well.
    Type("eprotokoll", "EU-nämndens protokoll", body=COMMITTEE_ON_EU, read=False),
    Type("skrsam", "EU-nämndens skriftliga samråd", body=COMMITTEE_ON_EU, read=False),
    Type("kam-eu", "EU-debatt", read=False),
    Type("utskdok", "Utskottsdokument", read=False),
    Type("yttr", "Yttrande", read=False),
    Type("rskr", "Riksdagsskrivelse", "Rskr. ", read=False),
    Type("rir", "Granskningsrapport", "RiR ", by_year=True, body="Riksrevisionen", read=False),
    Type("SFS", "Svensk författningssamling", "", "sfs", by_year=True, body=OFFICES, read=False),
)

_DEPARTMENTS = {
    "A": "Arbetsmarknadsdepartementet",
    "Fi": "Finansdepartementet",
    "Fö": "Försvarsdepartementet",
    "I": "Infrastrukturdepartementet",
    "Ju": "Justitiedepartementet",
    "KN": "Klimat- och näringslivsdepartementet",
    "Ku": "Kulturdepartementet",
    "LI": "Landsbygds- och infrastrukturdepartementet",
    "M": "Miljödepartementet",
    "N": "Näringsdepartementet",
    "S": "Socialdepartementet",
    "SB": "Statsrådsberedningen",
    "U": "Utbildningsdepartementet",
    "UD": "Utrikesdepartementet",
}
_COMMITTEES = {
    "AU": "Arbetsmarknadsutskottet",
    "CU": "Civilutskottet",
    "EUN": COMMITTEE_ON_EU,
    "FiU": "Finansutskottet",
    "FöU": "Försvarsutskottet",
    "JuU": "Justitieutskottet",
    "KrU": "Kulturutskottet",
    "KU": "Konstitutionsutskottet",
    "MJU": "Miljö- och jordbruksutskottet",
    "NU": "Näringsutskottet",
    "SfU": "Socialförsäkringsutskottet",
    "SkU": "Skatteutskottet",
    "SoU": "Socialutskottet",
    "TU": "Trafikutskottet",
    "UbU": "Utbildningsutskottet",
    "UFöU": "Sammansatta utrikes- och försvarsutskottet",
    "UU": "Utrikesutskottet",
}
BODIES = {code.lower(): name for code, name in (_DEPARTMENTS | _COMMITTEES).items()}


def years(kind: Type, first: date, last: date) -> list[str]:
    """Return the sessions, or calendar years, that the days of a window belong to, oldest first."""
    if kind.by_year:
        return [str(year) for year in range(first.year, last.year + 1)]
    starts = range(_session(first), _session(last) + 1)
    return [f"{year}/{(year + 1) % 100:02}" for year in starts]


def _session(day: date) -> int:
    """Return the year in which a day's session began; a session runs from September to September."""
    return day.year if day.month >= 9 else day.year - 1

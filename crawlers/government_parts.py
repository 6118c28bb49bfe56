"""The parts of the Government's publications: their type codes, their feeds and their lists in the mirror g0v.se."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from store.errors import ConfigurationError
from store.types import Kind

SITE = "https://www.regeringen.se"
MIRROR = "https://g0v.se"
CODES = f"{MIRROR}/api/codes.json"
UPDATED = f"{MIRROR}/api/latest_updated.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One type of publication; `designation` is the scheme of the number that each of them has, if any."""

    name: str
    code: str
    label: str  # one of them, in Swedish
    path: str  # of its list, the same on both sites
    kind: Kind
    designation: str = ""

    @property
    def feed(self) -> str:
        """Address of the RSS feed, about the hundred newest."""
        return f"{SITE}/Filter/RssFeed?" + urlencode(
            {
                "filterType": "Taxonomy",
                "filterByType": "FilterablePageBase",
                "preFilteredCategories": self.code,
                "rootPageReference": "0",
                "filteredContentCategories": "",
                "displayLimited": "true",
            }
        )

    @property
    def list(self) -> str:
        """Address of the mirror's list, the whole history."""
        return f"{MIRROR}/{self.path}.json"


# An annotated agenda, a report and an article are the Government Offices speaking as an authority about their own
# work; a fact memo, a bill or an inquiry is a step in making law, which is what Kind.GOVERNMENT means to a reader.
PARTS = (
    Part("faktapromemorior", "2540", "Faktapromemoria", "faktapromemoria", Kind.GOVERNMENT, "fpm"),
    Part("remisser", "2099", "Remiss", "remisser", Kind.CONSULTATION),
    Part("regeringsuppdrag", "1342", "Regeringsuppdrag", "regeringsuppdrag", Kind.AGENCY),
    Part("pressmeddelanden", "1334", "Pressmeddelande", "pressmeddelanden", Kind.AGENCY),
    Part(
        "utredningar",
        "1331",
        "Statens offentliga utredningar",
        "rattsliga-dokument/statens-offentliga-utredningar",
        Kind.GOVERNMENT,
        "sou",
    ),
    Part("kommittedirektiv", "1327", "Kommittédirektiv", "rattsliga-dokument/kommittedirektiv", Kind.GOVERNMENT, "dir"),
    Part(
        "departementsserien",
        "1325",
        "Departementsserien och promemorior",
        "rattsliga-dokument/departementsserien-och-promemorior",
        Kind.GOVERNMENT,
        "ds",
    ),
    Part("propositioner", "1329", "Proposition", "rattsliga-dokument/proposition", Kind.GOVERNMENT, "prop"),
    Part("lagradsremisser", "2085", "Lagrådsremiss", "rattsliga-dokument/lagradsremiss", Kind.GOVERNMENT),
    Part("rapporter", "1341", "Rapport", "rapporter", Kind.AGENCY),
    Part("dagordningar", "2098", "Kommenterad dagordning", "kommenterade-dagordningar", Kind.AGENCY),
    Part("artiklar", "2097", "Artikel", "artiklar", Kind.AGENCY),
)

DEPARTMENTS = {
    "1284": "Arbetsmarknadsdepartementet",
    "1285": "Finansdepartementet",
    "1286": "Försvarsdepartementet",
    "1287": "Justitiedepartementet",
    "1288": "Kulturdepartementet",
    "1291": "Klimat- och näringslivsdepartementet",
    "1292": "Socialdepartementet",
    "1293": "Statsrådsberedningen",
    "1294": "Utbildningsdepartementet",
    "1295": "Utrikesdepartementet",
    "1297": "Regeringskansliet",
    "2425": "Landsbygds- och infrastrukturdepartementet",
}
GOVERNMENT_CODE = "1296"  # sender "Regeringen", beside the department that prepared the matter

TYPE_CODES = frozenset(
    [part.code for part in PARTS]
    + ["1324", "1326", "1330", "1332", "1333", "1336", "1337", "1338", "1339", "1343", "1344", "2214"]
)


def chosen_parts(names: object) -> list[Part]:
    """Return the parts that configuration names, or all; raises ConfigurationError on a name there is not."""
    if not names:
        return list(PARTS)
    known = {part.name: part for part in PARTS}
    wanted = [str(name) for name in names] if isinstance(names, list | tuple) else [str(names)]
    if unknown := [name for name in wanted if name not in known]:
        raise ConfigurationError(f"regeringen: okänd del {', '.join(unknown)}; det finns {', '.join(known)}")
    return [known[name] for name in wanted]

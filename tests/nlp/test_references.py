"""Which formal identifiers a text names."""

from __future__ import annotations

import pytest

from nlp.references import find_references
from store.types import Reference

CASES = [
    ("Direktiv (EU) 2024/3019 om avloppsvatten", [("celex", "32024L3019")]),
    ("Europaparlamentets och rådets direktiv (EU) 2024/3019", [("celex", "32024L3019")]),
    ("Directive (EU) 2018/2001 of the European Parliament", [("celex", "32018L2001")]),
    ("Commission Delegated Regulation (EU) 2025/532", [("celex", "32025R0532")]),
    ("förordning (EU) 2016/679", [("celex", "32016R0679")]),
    ("Förordning (EG) nr 1907/2006", [("celex", "32006R1907")]),
    ("Regulation (EU) No 575/2013", [("celex", "32013R0575")]),
    ("Council Decision (EU) 2021/2", [("celex", "32021D0002")]),
    ("rådets direktiv 91/271/EEG", [("celex", "31991L0271")]),
    ("Directive 2006/112/EC", [("celex", "32006L0112")]),
    ("Directives (EU) 2019/944 and (EU) 2018/2001", [("celex", "32019L0944"), ("celex", "32018L2001")]),
    ("ändring av beslut 2009/406/EG", [("celex", "32009D0406")]),
    ("the act (EU) 2024/1991 on nature", [("eli", "2024/1991")]),
    ("CELEX 32024L3019 finns nu på svenska", [("celex", "32024L3019")]),
    ("proposal 52022PC0541", [("celex", "52022PC0541")]),
    ("COM(2022) 541 final", [("com", "COM(2022) 541")]),
    ("COM(2022)541", [("com", "COM(2022) 541")]),
    ("KOM(2011) 650 slutlig", [("com", "COM(2011) 650")]),
    ("Förfarande 2024/0258(COD)", [("procedure", "2024/0258(COD)")]),
    ("SFS 2008:962", [("sfs", "2008:962")]),
    ("lagen (2006:412) om allmänna vattentjänster", [("sfs", "2006:412")]),
    ("plan- och byggförordning (2011:338)", [("sfs", "2011:338")]),
    ("miljöbalken (1998:808)", [("sfs", "1998:808")]),
    ("betänkandet SOU 2024:98", [("sou", "SOU 2024:98")]),
    ("promemorian Ds 2025:25", [("ds", "Ds 2025:25")]),
    ("Tilläggsdirektiv, Dir. 2023:140", [("dir", "Dir. 2023:140")]),
    ("tidigare direktiv (dir. 2019:101)", [("dir", "Dir. 2019:101")]),
    ("prop. 2025/26:28 om vatten", [("prop", "Prop. 2025/26:28")]),
    ("proposition 2024/25:7", [("prop", "Prop. 2024/25:7")]),
    ("se 2023/24:FPM12 för mer", [("fpm", "2023/24:FPM12")]),
    ("CERV-2026-CITIZENS-TOWN-TT öppnar", [("call", "CERV-2026-CITIZENS-TOWN-TT")]),
    ("topic HORIZON-MISS-2026-04-CIT-01", [("call", "HORIZON-MISS-2026-04-CIT-01")]),
    ("Diarienummer: KN2026/00741", [("dnr", "KN2026/00741")]),
    ("ärendet S2025/02039 hos departementet", [("dnr", "S2025/02039")]),
    ("SOU 2024:98 och Ds 2025:25", [("sou", "SOU 2024:98"), ("ds", "Ds 2025:25")]),
]  # fmt: skip

NONE = [
    "Kommunen har 2008:962 lägenheter",
    "Matchen slutade 2024:98",
    "Läsåret 2025/26 börjar",
    "Beslutet gäller 2024 och 2025",
    "Det är 24/7 som gäller",
    "The COM port and the SOU label",
    "Mötet den 12/3 2026",
    "Kontakta oss på 0304-33 40 00",
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_identifiers_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(reference.scheme, reference.value) for reference in find_references("", text)] == expected


@pytest.mark.parametrize("text", NONE)
def test_other_numbers_are_no_identifiers(text: str) -> None:
    assert find_references("", text) == ()


def test_fact_memo_number_last_in_the_title_is_the_items_own() -> None:
    found = find_references("Nytt direktiv om mark, 2023/24:FPM12", "Se även 2022/23:FPM40.")
    assert found == (Reference("fpm", "2023/24:FPM12", "is"), Reference("fpm", "2022/23:FPM40", "mentions"))


def test_an_identifier_is_told_once() -> None:
    assert len(find_references("Direktiv (EU) 2024/3019", "Direktiv (EU) 2024/3019, även (EU) 2024/3019")) == 1

"""Which amounts a text names, and what they are."""

from __future__ import annotations

import pytest

from nlp.money import find_money

CASES = [
    ("sv", "Stödet uppgår till 6 miljoner euro.", [(6e6, "EUR", "other")]),
    ("sv", "Utlysningens budget är 25 mkr.", [(25e6, "SEK", "total")]),
    ("sv", "Totalt finns 25 Mkr att söka.", [(25e6, "SEK", "total")]),
    ("sv", "Regeringen avsätter 2,5 miljarder kronor.", [(2.5e9, "SEK", "total")]),
    ("sv", "Sammanlagt fördelas 120 miljoner kronor till kommunerna.", [(120e6, "SEK", "total")]),
    ("sv", "Satsningen omfattar 1,1 miljarder kronor.", [(1.1e9, "SEK", "total")]),
    ("sv", "Projekt kan få högst 500 000 kronor.", [(500_000, "SEK", "grant_max")]),
    ("sv", "Ni kan söka upp till 2 miljoner kronor per projekt.", [(2e6, "SEK", "grant_max")]),
    ("sv", "Bidraget är minst 100 000 kronor.", [(100_000, "SEK", "grant_min")]),
    ("sv", "Bidraget är lägst 50 000 kr.", [(50_000, "SEK", "grant_min")]),
    ("sv", "Ansök om mellan 100 000 och 500 000 kronor.",
     [(100_000, "SEK", "grant_min"), (500_000, "SEK", "grant_max")]),
    ("sv", "Stöd ges med 1–3 miljoner kronor.", [(1e6, "SEK", "grant_min"), (3e6, "SEK", "grant_max")]),
    ("sv", "Kostnaden beräknas till 1 200 000 kronor.", [(1_200_000, "SEK", "other")]),
    ("sv", "Kostnaden är SEK 1 200 000.", [(1_200_000, "SEK", "other")]),
    ("sv", "Maxbelopp: 750 tkr.", [(750_000, "SEK", "grant_max")]),
    ("sv", "Budgeten är 4 MSEK.", [(4e6, "SEK", "total")]),
    ("sv", "Avgiften höjs till 12 500 kr.", [(12_500, "SEK", "other")]),
    ("sv", "Medfinansiering ges med upp till 80 procent.", [(80, "%", "rate")]),
    ("sv", "EU-stödet täcker 60 % av de stödberättigande kostnaderna.", [(60, "%", "rate")]),
    ("sv", "Stödnivån är 40–50 procent.", [(50, "%", "rate")]),
    ("sv", "Programmet har en budget på 1\u00a0200\u00a0000 euro.", [(1_200_000, "EUR", "total")]),
    ("sv", "Norge bidrar med 30 miljoner NOK.", [(30e6, "NOK", "other")]),
    ("en", "The total budget is EUR 6 million.", [(6e6, "EUR", "total")]),
    ("en", "The indicative budget is €150 000.", [(150_000, "EUR", "total")]),
    ("en", "The indicative budget is € 150,000.", [(150_000, "EUR", "total")]),
    ("en", "A budget of EUR 1.500.000 is available.", [(1_500_000, "EUR", "total")]),
    ("en", "An overall envelope of 2.5 billion euros was agreed.", [(2.5e9, "EUR", "total")]),
    ("en", "Grants will not exceed EUR 300 000 per project.", [(300_000, "EUR", "grant_max")]),
    ("en", "The maximum grant is €60,000.", [(60_000, "EUR", "grant_max")]),
    ("en", "Each grant is up to EUR 45 000.", [(45_000, "EUR", "grant_max")]),
    ("en", "The minimum grant is EUR 75 000.", [(75_000, "EUR", "grant_min")]),
    ("en", "Projects of at least EUR 1 million may apply.", [(1e6, "EUR", "grant_min")]),
    ("en", "Grants range from EUR 100 000 to 500 000.", [(100_000, "EUR", "grant_min"), (500_000, "EUR", "grant_max")]),
    ("en", "An EU contribution of €4–6 million is expected.", [(4e6, "EUR", "grant_min"), (6e6, "EUR", "grant_max")]),
    ("en", "The co-financing rate is 80 %.", [(80, "%", "rate")]),
    ("en", "Up to 60 per cent of the eligible costs are reimbursed.", [(60, "%", "rate")]),
    ("en", "The funding rate is 95%.", [(95, "%", "rate")]),
    ("en", "The programme has a total budget of up to EUR 20 million.", [(20e6, "EUR", "total")]),
    ("en", "The Commission approves aid of up to €6.9 billion.", [(6.9e9, "EUR", "total")]),
    ("en", "The bank lends £2.5m to the city.", [(2.5e6, "GBP", "other")]),
    ("en", "The prize is worth USD 25,000.", [(25_000, "USD", "total")]),
    ("en", "It costs 3 million euro.", [(3e6, "EUR", "other")]),
]  # fmt: skip

NO_MONEY = [
    ("sv", "Arbetslösheten steg med 3 procent."),
    ("sv", "Valdeltagandet var 84 procent i kommunen."),
    ("sv", "Kommunen har 65 000 invånare."),
    ("sv", "Inträdet kostar 80 kronor."),
    ("sv", "Förordning (EU) 2024/1234 gäller från 2026."),
    ("sv", "Kravet gäller 3 kr itiska punkter"),
    ("en", "Emissions shall fall by 55 % by 2030."),
    ("en", "A European prize for 20 cities"),
    ("en", "The euro was introduced in 1999."),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_amounts_and_roles_are_read(language: str, text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(money.value, money.currency, money.role) for money in find_money(text, language)] == expected


@pytest.mark.parametrize(("language", "text"), NO_MONEY)
def test_other_numbers_are_no_money(language: str, text: str) -> None:
    assert find_money(text, language) == ()


def test_an_amount_is_told_once() -> None:
    text = "Budgeten är 5 miljoner euro. Alla 5 miljoner euro kommer från EU."
    assert [(money.value, money.role) for money in find_money(text, "sv")] == [(5e6, "total")]

"""What an item says of who may apply, with whom, for how much and where; what is absent is unknown.

The keys, all optional: `applicants` and `not_eligible` (municipality, region, state, company, association, school,
university, individual, any), `partners_min`, `countries_min`, `cofinancing` (shares of the costs that the grant pays,
in %), `own_share` (shares that the applicant bears, in %), `months` (how long a project may last), `places`
(municipality, county: names; country: ISO codes), `programme`, `unreadable` (true where the text is none; set by the
assessor), and `basis`: per key its `from` (source, text or rule) and the `words` it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nlp.applicants import find_applicants
from nlp.fact_rules import kinds_of_entities, programme_of, ruled, source_entities
from nlp.marks import A_PLACE, APPLYING, EVERY
from nlp.partners import find_length, find_partners
from nlp.phrases import Phrases
from nlp.places import find_places
from nlp.rates import find_rates
from store.types import Item, Kind

READ = 20_000  # characters of a call: its conditions stand last
PLACES_READ = 1_500  # characters: where it takes place stands early
SHORTEST_CONDITION = 20  # characters; less is a mark such as "kontrollera"
# In what is no call, only a text that speaks of applying is read for conditions.
_APPLYING = Phrases(
    (
        *(
            f"{may} {now}{apply}"
            for may in ("kan", "får", "möjlighet att", "går att")
            for now in ("", "nu ")
            for apply in ("söka", "ansöka")
        ),
        *(f"söka {what}" for what in ("bidrag", "stöd", "medel", "pengar", "statsbidrag")),
        *("utlysning", "can apply", "may apply", "call for proposals", "eligible applicants"),
        *(f"{asks} for {what}" for asks in ("application", "applications") for what in ("funding", "grants")),
    )
)
_APPLYING_MARKS = ("söka", "tlysning", "can apply", "may apply", "all for proposals", "pplications for", "ligible appl")
_READ_KINDS = (Kind.CALL, Kind.AGENCY, Kind.GOVERNMENT, Kind.NEWS)


def find_facts(item: Item, language: str, marks: int = EVERY) -> dict[str, Any]:
    """Return the facts of an item; a programme's own rules fill in what its text leaves out.

    `marks` are those of the whole item, where they are known.
    """
    if not marks & (A_PLACE | APPLYING) and item.kind is not Kind.CALL:
        return {}
    text = f"{item.title}.\n{item.text[:READ]}" if item.text else item.title
    places = find_places(text[:PLACES_READ]) if marks & A_PLACE else {}
    may_apply = marks & APPLYING and item.kind in _READ_KINDS and _speaks_of_applying(text)
    if not (may_apply or item.kind is Kind.CALL):
        return {"places": places} if places else {}
    notes = _Notes()
    _conditions(item, text, language, notes)
    if places:
        notes.facts["places"] = places
    return notes.facts | ({"basis": notes.basis} if notes.basis else {})


def _speaks_of_applying(text: str) -> bool:
    for mark in _APPLYING_MARKS:
        if mark in text:
            return _APPLYING.stand_in(text.lower())
    return False


@dataclass(slots=True)
class _Notes:
    """Facts as they are gathered: the first word on a thing stands."""

    facts: dict[str, Any] = field(default_factory=dict)
    basis: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, name: str, value: Any, source: str, words: str) -> None:
        """Keep a fact with what it rests on, unless it is empty or known."""
        if value and name not in self.facts:
            self.facts[name] = value
            self.basis[name] = {"from": source, "words": words}


def _conditions(item: Item, text: str, language: str, notes: _Notes) -> None:
    rules = ruled(item)
    if programme := programme_of(item):
        notes.facts["programme"] = programme
    if entities := source_entities(item):
        notes.add("applicants", kinds_of_entities(entities), "source", entities[:160])
    if "applicants" in rules:  # the body of a ruled call tells of whom its results are for
        notes.add("applicants", rules["applicants"][0], "rule", rules["applicants"][1])
    elif "applicants" not in notes.facts:
        found = find_applicants(_with_conditions(item, text), language)
        notes.add("applicants", list(found.may), "text", found.words)
        notes.add("not_eligible", list(found.may_not), "text", found.words)
    for name, (number, words) in find_partners(text).items():
        notes.add(name, number, "text", words)
    _add_shares(text, "cofinancing" in rules, notes)
    if length := find_length(text):
        notes.add("months", length[0], "text", length[1])
    for name, (value, because) in rules.items():
        notes.add(name, value, "rule", because)


def _add_shares(text: str, has_rule: bool, notes: _Notes) -> None:
    """A programme's rate stands unless the text names a rate as such: other shares in it are of something else."""
    if not any(sign in text for sign in ("%", "procent", "per cent", "percent")):
        return
    rates = find_rates(text)
    if rates.strong or not has_rule:
        notes.add("cofinancing", list(rates.grant), "text", rates.words)
        notes.add("own_share", list(rates.own), "text", rates.words)


def _with_conditions(item: Item, text: str) -> str:
    """Return the text with the conditions its source keeps apart, where they are not in it already."""
    eligible = item.meta.get("eligibility")
    if not isinstance(eligible, str) or len(eligible) < SHORTEST_CONDITION or eligible[:60] in text:
        return text
    return f"{text}\n\n{eligible}"

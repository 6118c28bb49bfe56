"""The sort of document is told from the source's own type name, else from the title."""

from __future__ import annotations

import pytest

from nlp.families import family_of
from store.types import Item, Kind


@pytest.mark.parametrize(
    ("kind", "title", "doc_type", "family"),
    [
        (Kind.GOVERNMENT, "Fler bostäder", "Statens offentliga utredningar", "inquiry"),
        (Kind.GOVERNMENT, "Fler bostäder, SOU 2031:5", "", "inquiry"),
        (Kind.GOVERNMENT, "Översyn av ett direktiv, 2030/31:FPM7", "", "fact_memo"),
        (Kind.GOVERNMENT, "Tilläggsdirektiv till en utredning, Dir. 2031:8", "", "committee_directive"),
        (Kind.GOVERNMENT, "En ny lag, Prop. 2030/31:9", "", "bill"),
        (Kind.AGENCY, "Uppdrag till en myndighet att se över något", "", "assignment"),
        (Kind.AGENCY, "Inför ministerrådet", "Kommenterad dagordning", "agenda"),
        (
            Kind.LEGAL_ACT,
            "Commission Delegated Regulation (EU) 2031/9 amending Directive 2008/98/EC",
            "",
            "technical_act",
        ),
        (Kind.LEGAL_ACT, "Kommissionens genomförandebeslut (EU) 2031/10", "", "technical_act"),
        (Kind.LEGAL_ACT, "Directive (EU) 2031/11 amending Regulation (EU) 2020/1", "", "directive"),
        (Kind.LEGAL_ACT, "Europaparlamentets och rådets förordning (EU) 2031/12", "", "regulation"),
        (Kind.LEGAL_ACT, "Om något", "REG_IMPL", "technical_act"),
        (Kind.LEGAL_ACT, "Council Decision (CFSP) 2031/13", "", "foreign_policy"),
        (Kind.PROPOSAL, "REPORT FROM THE COMMISSION on Directive 2008/98/EC", "", "communication"),
        (Kind.PROPOSAL, "Meddelande från kommissionen om en strategi för vatten", "", "communication"),
        (Kind.PROPOSAL, "Förslag till Europaparlamentets och rådets direktiv om avfall", "", "directive"),
        (Kind.CALL, "Living labs", "", "call"),
        (Kind.CONSULTATION, "Remiss av SOU 2031:5", "", "consultation"),
    ],
)
def test_family(kind: Kind, title: str, doc_type: str, family: str) -> None:
    item = Item(source="test", key="1", kind=kind, title=title, url="", meta={"doc_type": doc_type})
    assert family_of(item) == family

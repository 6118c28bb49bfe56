"""What is shown of the municipalities that an installation serves, as plain values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pipeline.due import LONGEST_OFF
from pipeline.identity import mail_of, mail_sender, page_address, reply_address
from pipeline.installation import Installation
from pipeline.week import is_week, iso_week
from store.digests import all_weeks_told, count_by_state


def list_values(installation: Installation, now: datetime) -> list[dict[str, Any]]:
    """Return each municipality that has a file, in order: who it is, how many read, its last week, and its fault."""
    with installation.store.reading() as session:
        told = all_weeks_told(session, since=iso_week(now - timedelta(weeks=LONGEST_OFF)))
    faults = {fault.key: fault for fault in installation.faults}
    rows = [
        {
            "key": one.key,
            "code": one.code,
            "name": one.name,
            "file": str(installation.of(one.key).place),
            "units": len(one.units),
            "contacts": sum(unit.contact is not None for unit in one.units.values()),
            "last_week": max(filter(is_week, told.get(one.key, ())), default=""),
            "served": True,
            "fault": faults[one.key].message if one.key in faults else "",
        }
        for one in installation.municipalities
    ]
    served = {row["key"] for row in rows}
    return rows + [
        {
            "key": fault.key,
            "code": "",
            "name": "",
            "file": str(fault.path),
            "units": 0,
            "contacts": 0,
            "last_week": "",
            "served": False,
            "fault": fault.message,
        }
        for fault in installation.faults
        if fault.key not in served or not fault.is_kept
    ]


def show_values(installation: Installation, now: datetime) -> dict[str, Any]:
    """Return one municipality: its organisation, who its letters are from, and how they are."""
    municipality, settings = installation.municipality, installation.settings
    (row,) = [row for row in list_values(installation, now) if row["key"] == municipality.key and row["served"]]
    mail = mail_of(settings, municipality)
    with installation.store.reading() as session:
        digests = count_by_state(session, municipality=municipality.key)
    return row | {
        "coordinator": municipality.coordinator.email,
        "organisation": [
            {
                "unit": key,
                "name": unit.name,
                "committee": unit.committee,
                "areas": list(unit.areas),
                "contact": unit.contact.email if unit.contact else "",
            }
            for key, unit in municipality.units.items()
        ],
        "sender": mail_sender(settings, municipality),
        "reply_to": reply_address(municipality),
        "server": mail.host if mail.transport == "smtp" else "",
        "page": page_address(settings, municipality),
        "digests": {str(state): number for state, number in sorted(digests.items())},
    }

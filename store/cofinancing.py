"""Co-financing: which calls were tried for which project, all of it kept."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.item_rows import Key
from store.tables import CofinancingRow
from store.types import Trial, TrialState
from store.writing import add


def save_trial(session: Session, trial: Trial) -> None:
    """Add what was decided on a call for a project; what was said of it before stays as history."""
    row = {
        "municipality": trial.municipality,
        "project": trial.project,
        "source": trial.source,
        "key": trial.key,
        "state": trial.state.value,
        "why": storable(trial.why),
        "at": trial.at,
        "by": storable(trial.by),
    }
    add(session, CofinancingRow, [row])


def list_trials(session: Session, municipality: str, *, project: str | None = None) -> list[Trial]:
    """Return everything that was said, in the order it was said."""
    query = select(CofinancingRow).where(CofinancingRow.municipality == municipality)
    if project is not None:
        query = query.where(CofinancingRow.project == project)
    return [_trial(row) for row in session.scalars(query.order_by(CofinancingRow.at, CofinancingRow.id))]


def latest_trials(session: Session, municipality: str) -> dict[tuple[str, Key], Trial]:
    """Return the newest word on each call of each project."""
    return {(one.project, (one.source, one.key)): one for one in list_trials(session, municipality)}


def _trial(row: CofinancingRow) -> Trial:
    return Trial(
        municipality=row.municipality,
        project=row.project,
        source=row.source,
        key=row.key,
        state=TrialState(row.state),
        why=row.why,
        at=row.at,
        by=row.by,
    )

"""One thing done for each of several municipalities, so that what fails for one stops none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from crawlers.log_lines import with_fields
from pipeline.attention import Beside
from pipeline.compose import build_digests
from pipeline.current_items import CurrentItems
from pipeline.installation import Installation
from pipeline.learn import STEP as LEARN
from pipeline.learn import learn
from pipeline.record import begin, end
from pipeline.served import first_path
from pipeline.week import iso_week
from store.errors import EngineError, PartlyDone, ScanningError, StepBusy, StoreError
from store.feedback import newest_answers
from store.runs import last_begun
from store.types import Digest, Outcome, Run
from store.verdicts import newest_verdicts

logger = logging.getLogger(__name__)

SPOILT = "Kommunens fil går inte att använda, och det som stod i den före senaste ändringen gäller."
AT_ONCE = 8  # municipalities whose letters are prepared here while those of others are written elsewhere
FAULT_IN_LEARNING = "Lärandet av era bedömningar stannade på ett fel i programmet. Det som lärdes före det används."


class Stopped(Exception):  # not an error of the tree: nothing is wrong, and nobody is to be told
    """We were asked to end, and did so between two things."""


def for_each(
    installation: Installation, keys: Iterable[str], what: str, do: Callable[[Installation], Run], *, at_once: int = 1
) -> list[Run]:
    """Do the thing for each municipality and return the runs; what failed is raised when the others are done.

    With one alone its own error goes through. A municipality that is served no more is passed over. More than one
    `at_once` is for what waits for other machines.
    """
    asked, runs, failed = served_of(installation, keys), [], []
    with closing(_results(asked, partial(_named, do), at_once)) as results:
        for one, result in results:
            key = one.municipality.key
            try:
                runs.append(result())
            except (Stopped, EngineError):
                raise
            except StepBusy:
                logger.info("%s: done by another machine for %s", what, key)
            except ScanningError as error:
                if len(asked) == 1:
                    raise
                logger.error("%s: failed for %s: %s", what, key, type(error).__name__)
                failed.append(key)
            except Exception:
                if len(asked) == 1:
                    raise
                # A fault of ours that one municipality's data brings out must not take the letters from the others.
                logger.exception("%s: fault in the program for %s", what, key)
                failed.append(key)
    if failed:
        message = f"{what}: gick inte för {', '.join(failed)}. För övriga {len(runs)} är det gjort"
        raise PartlyDone(message, failed=failed)
    return runs


def _named(do: Callable[[Installation], Run], one: Installation) -> Run:
    """Do the thing, every line of the log about it with the municipality's name."""
    with with_fields(municipality=one.municipality.key):
        return do(one)


def _results(
    asked: list[Installation], do: Callable[[Installation], Run], at_once: int
) -> Generator[tuple[Installation, Callable[[], Run]], None, None]:
    """Yield each with what gives its result, or raises what it raised."""
    if at_once == 1:
        yield from ((one, partial(do, one)) for one in asked)
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="municipality") as threads:
        under_way = [(one, threads.submit(do, one)) for one in asked]
        try:
            yield from ((one, future.result) for one, future in under_way)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def served_of(installation: Installation, keys: Iterable[str]) -> list[Installation]:
    """Return the installation for each of the municipalities, in order; one that is served no more is left out."""
    served = {one.municipality.key: one for one in installation.each()}
    return [served[key] for key in keys if key in served]


def all_keys(installation: Installation) -> list[str]:
    """Return the keys of all municipalities that are served, the first before the others."""
    return [one.key for one in installation.municipalities]


def whose_letters(installation: Installation) -> list[str] | None:
    """Return whose letters may leave, None for everybody's when there is one municipality: its name may have changed.

    Else those of a municipality that is served no more, or whose own mail server is not known, wait.
    """
    keys = all_keys(installation)
    return keys if len(keys) > 1 or len(installation.places) > 1 or installation.faults else None


def learn_each(installation: Installation, keys: Iterable[str], now: datetime) -> list[Run]:
    """Learn what each municipality has said; never raises, since the week goes on with what was learnt before."""
    items = CurrentItems()
    return [learn_one(one, now, items) for one in served_of(installation, keys)]


def keys_to_learn(installation: Installation, now: datetime) -> list[str]:
    """Return the municipalities that something new may be learnt of; the others have had their turn this week.

    Each once a week, for the exploration of the week, and whenever it has said something since. The letters are always
    written after learning, so that what this leaves out waits at most until then.
    """
    since = now - timedelta(days=8)
    with installation.store.reading() as session:
        learnt = last_begun(session, LEARN)
        ruled, answered = newest_verdicts(session, since=since), newest_answers(session, since=since)
    found = []
    for key in all_keys(installation):
        run = learnt.get(key)
        said = [at for known in (ruled, answered) if (at := known.get(key))]
        is_old = run is None or run.outcome is not Outcome.COMPLETE or iso_week(run.started_at) != iso_week(now)
        if is_old or any(run is None or at >= run.started_at for at in said):
            found.append(key)
    return found


def learn_one(installation: Installation, now: datetime, items: CurrentItems | None = None) -> Run:
    """Learn what the municipality has said; what goes wrong is a failed run, which its coordinator is told of."""
    store, key = installation.store, installation.municipality.key
    try:
        return learn(store, installation.municipality, now=now, items=items)
    except StoreError:
        raise
    except Exception:
        logger.exception("learn: fault in the program for %s", key)
        run = begin(store, LEARN, key, now=now)
        counts = {"labels": 0, "refitted": 0, "explored": 0}
        failed = replace(run, outcome=Outcome.FAILED, counts=counts, message=FAULT_IN_LEARNING)
        return end(store, failed, now=now)


def summed(runs: Iterable[Run]) -> Mapping[str, int]:
    """Return the counts of several runs together."""
    counts: dict[str, int] = {}
    for run in runs:
        for name, number in run.counts.items():
            counts[name] = counts.get(name, 0) + number
    return counts


def beside_of(installation: Installation) -> Beside:
    """Return what a coordinator is told because the municipality is one of several.

    That its own file cannot be used is told to it alone. What all share is the matter of the home's own municipality,
    the one that runs the installation; where there is none, `utkik check`, `utkik status` and the log tell of it.
    """
    key = installation.municipality.key
    fault = next((fault for fault in installation.faults if fault.key == key and fault.is_kept), None)
    runs_all = len(installation.places) <= 1 or installation.place == first_path(installation.settings)
    return Beside(f"{SPOILT} {fault.message}." if fault else "", runs_all)


def lacking_digests(installation: Installation, *, week: str, now: datetime) -> list[Digest]:
    """Return the digests that the week still lacks for the municipality in question, without writing anything."""
    store, municipality, settings = installation.store, installation.municipality, installation.settings
    return build_digests(store, municipality, settings, week=week, now=now, beside=beside_of(installation))

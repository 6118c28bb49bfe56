"""Named points of the steps: when a function of ours is called, and when it returns."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

_COMMIT = "sqlalchemy/engine/default.py:do_commit"
_WRITING = (
    "pipeline/edition.py:open_edition",
    "pipeline/compose.py:_frozen",
    "store/routes.py:replace_routes",
    "store/digests.py:freeze_digest",
    _COMMIT,
)
_SENDING = (
    "store/claims.py:recover_sending",
    "pipeline/transport.py:_connect",
    "smtplib.py:mail",
    "smtplib.py:rcpt",
    "pipeline/send.py:_claim",
    "smtplib.py:docmd",
    "pipeline/transport.py:_hand_over",
    "smtplib.py:send",
    "smtplib.py:getreply",
    "pipeline/send.py:_settle",
    "pipeline/transport.py:close",
    _COMMIT,
)
_ASSESSING = (
    "store/assessments.py:save_assessments",
    "store/stories.py:save_stories",
    "store/threads.py:save_threads",
    "pipeline/learn.py:learn",
    _COMMIT,
)
# Of each step: file and function. The start of a process and every commit, before and after, are among them.
POINTS: Mapping[str, tuple[str, ...]] = {
    "collect": (
        "pipeline/crawling.py:start_crawl",
        "pipeline/collect.py:receive",
        "pipeline/collect.py:write",
        "store/items.py:upsert_items",
        "pipeline/collect.py:finish",
        _COMMIT,
    ),
    "assess": _ASSESSING,
    "compose": (*_WRITING, "pipeline/due_facts.py:note_composed"),
    "send": _SENDING,
    "answer": ("store/feedback.py:save_feedback", "store/actions.py:save_action", _COMMIT),
    "assess_again": _ASSESSING,
    "notice": (*_WRITING, "pipeline/due_facts.py:note_noticed"),
    "send_again": _SENDING,
}


@dataclass(frozen=True, slots=True)
class Passing:
    """The nth time that a point is passed: "pipeline/send.py:_claim call" or "... return"."""

    point: str
    nth: int


@dataclass(slots=True)
class Watch:
    """Counts the points passed in this thread, and kills the process at one passing."""

    names: frozenset[str]
    dies_at: Passing | None = None
    passed: dict[str, int] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()

    def __enter__(self) -> Watch:
        if self.dies_at:
            self.names = frozenset([self.dies_at.point.partition(" ")[0]])
        self.functions = frozenset(name.partition(":")[2] for name in self.names)
        if self.names:
            sys.setprofile(self._see)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if code.co_name not in self.functions or event not in ("call", "return"):
            return
        name = next((n for n in self.names if f"{code.co_filename}:{code.co_name}".endswith(f"/{n}")), None)
        if name is None:
            return
        point = f"{name} {event}"
        self.passed[point] = self.passed.get(point, 0) + 1
        if self.dies_at == Passing(point, self.passed[point]):
            os.kill(os.getpid(), signal.SIGKILL)

"""Faults on demand: rules that tests post, taken one by one as requests come in."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PLACES = ("submit", "query", "download", "balance", "webhook")
ANSWERS = frozenset({"status", "drop_before", "drop_after", "drop_midway"})
"""Kinds that decide the whole answer: at most one of them is taken for one request, in the order posted."""
KINDS: dict[str, frozenset[str]] = {
    "submit": ANSWERS | {"delay", "slow_task", "fail_task"},
    "query": ANSWERS | {"delay", "task_status", "expired_link", "dead_link", "url_as_string"},
    "download": ANSWERS
    | {
        "delay",
        "expired_link",
        "dead_link",
        "empty_file",
        "truncated_file",
        "html_file",
        "pad_file",
    },
    "balance": ANSWERS | {"delay"},
    "webhook": frozenset({"lose", "duplicate", "wrap"}),
}


class BadFault(ValueError):
    """The rule cannot be understood; the message says why."""


@dataclass(slots=True)
class Fault:
    """One rule. `times` is how often it still strikes (None = until cleared), `match` a part of the prompt.

    Other members of the posted object stay in `details`: `status`, `retry_after`, `seconds`, `megabytes`, `copies`.
    """

    at: str
    kind: str
    times: int | None = 1
    match: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        return float(self.details.get(name, default))

    def text(self, name: str, default: str) -> str:
        return str(self.details.get(name, default))


def read_fault(rule: object) -> Fault:
    """A posted rule. Raises BadFault."""
    if not isinstance(rule, dict):
        raise BadFault("a fault is a JSON object")
    at, kind = rule.get("at"), rule.get("kind")
    if at not in PLACES:
        raise BadFault(f"at must be one of {', '.join(PLACES)}")
    if kind not in KINDS[at]:
        raise BadFault(f"kind must be one of {', '.join(sorted(KINDS[at]))} at {at}")
    details = {name: value for name, value in rule.items() if name not in {"at", "kind", "times", "match"}}
    return Fault(at, kind, rule.get("times", 1), rule.get("match") or "", details)


class FaultBox:
    """The rules in force. Thread safe; a restart forgets them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, rules: Iterable[Fault]) -> None:
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def strike(self, at: str, prompt: str) -> dict[str, Fault]:
        """Take the faults that hit this request, by kind; each one taken counts down."""
        with self._lock:
            struck: dict[str, Fault] = {}
            for rule in self._rules:
                if rule.at == at and rule.match in prompt and not _is_decided(struck, rule.kind):
                    struck[rule.kind] = rule
                    if rule.times is not None:
                        rule.times -= 1
            self._rules = [rule for rule in self._rules if rule.times is None or rule.times > 0]
            return struck


def _is_decided(struck: dict[str, Fault], kind: str) -> bool:
    return kind in struck or (kind in ANSWERS and bool(ANSWERS & struck.keys()))

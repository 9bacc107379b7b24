"""Faults on demand: rules that tests post, applied to the requests that follow."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PLACES = ("submit", "query", "download", "balance", "webhook")
RESPONSE_KINDS = frozenset({"status", "drop_before", "drop_after", "drop_midway"})
"""Kinds that replace the whole response: at most one applies to a request, in the order posted."""
KINDS: dict[str, frozenset[str]] = {
    "submit": RESPONSE_KINDS | {"delay", "slow_task", "fail_task"},
    "query": RESPONSE_KINDS | {"delay", "task_status", "expired_link", "dead_link", "url_as_string"},
    "download": RESPONSE_KINDS
    | {
        "delay",
        "expired_link",
        "dead_link",
        "empty_file",
        "truncated_file",
        "html_file",
        "pad_file",
    },
    "balance": RESPONSE_KINDS | {"delay"},
    "webhook": frozenset({"lose", "duplicate", "wrap"}),
}


class InvalidFault(ValueError):
    """The rule is invalid; the message says why."""


@dataclass(slots=True)
class Fault:
    """One rule. `times` is the remaining number of uses (None: until cleared), `match` a substring of the prompt.

    Other members of the posted object are in `details`: `status`, `retry_after`, `seconds`, `megabytes`, `copies`.
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


def parse_fault(rule: object) -> Fault:
    """Parse a posted rule. Raise InvalidFault."""
    if not isinstance(rule, dict):
        raise InvalidFault("a fault is a JSON object")
    at, kind = rule.get("at"), rule.get("kind")
    if at not in PLACES:
        raise InvalidFault(f"at must be one of {', '.join(PLACES)}")
    if kind not in KINDS[at]:
        raise InvalidFault(f"kind must be one of {', '.join(sorted(KINDS[at]))} at {at}")
    details = {name: value for name, value in rule.items() if name not in {"at", "kind", "times", "match"}}
    return Fault(at, kind, rule.get("times", 1), rule.get("match") or "", details)


class FaultRules:
    """The active rules. Thread safe; a restart clears them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, rules: Iterable[Fault]) -> None:
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take_matching(self, at: str, prompt: str) -> dict[str, Fault]:
        """Return the faults that apply to this request, by kind, and count each of them down."""
        with self._lock:
            matched: dict[str, Fault] = {}
            for rule in self._rules:
                if rule.at == at and rule.match in prompt and not _is_decided(matched, rule.kind):
                    matched[rule.kind] = rule
                    if rule.times is not None:
                        rule.times -= 1
            self._rules = [rule for rule in self._rules if rule.times is None or rule.times > 0]
            return matched


def _is_decided(matched: dict[str, Fault], kind: str) -> bool:
    return kind in matched or (kind in RESPONSE_KINDS and bool(RESPONSE_KINDS & matched.keys()))

"""Metrics in the format of Prometheus. All are gauges read from the database, so a restart loses nothing."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from generation.supervision.metrics.figures import Figures

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def written(figures: Figures) -> bytes:
    """Render the metrics in the text format, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Of(figures))
    return generate_latest(registry)


class _Of(Collector):
    """A collector of values that have already been read, so that collecting runs no query."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield _labelled("jobs", "Jobs by status.", "status", self._figures.jobs)
        failures = self._figures.ended.failures
        yield _labelled("failures_last_hour", "Jobs that failed within the last hour.", "code", failures)
        for name, (says, value) in _single(self._figures).items():
            if value is not None:
                yield GaugeMetricFamily(f"backlot_{name}", says, value=value)


def _labelled(name: str, says: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"backlot_{name}", says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _single(figures: Figures) -> dict[str, tuple[str, float | None]]:
    ended, overdue = figures.ended, figures.overdue
    return {
        "jobs_wanting_a_person": ("Held jobs and late renders on the held desk.", figures.needs_attention),
        "oldest_waiting_seconds": (
            "For how long the first of the waiting jobs has waited, 0 when none does.",
            figures.oldest_waiting,
        ),
        "oldest_overdue_seconds": (
            "For how long a step has been due that nobody took, 0 when none is.",
            overdue.seconds if overdue else 0,
        ),
        "heartbeat_age_seconds": ("Since any worker host last swept.", figures.heartbeat_age),
        "worker_hosts": ("Worker hosts that sweep.", figures.hosts),
        "request_budget_spent_ratio": (
            "Share of the submits and polls that could go out at once which is used up.",
            figures.budget_spent,
        ),
        "gateway_paused": ("1 while nothing is submitted.", int(figures.is_paused)),
        "uncertain_usd": (
            "Estimates of renders of which nobody knows whether they were paid.",
            float(figures.uncertain_usd),
        ),
        "takes_stored_last_hour": ("Takes stored within the last hour.", ended.stored),
        "polls_of_ended_last_hour": (
            "Polls that the jobs which ended within the last hour took.",
            ended.polls,
        ),
        "error_ratio_last_hour": (
            "Share of failures among what ended within the last hour.",
            ended.error_rate,
        ),
        "queue_messages": ("Wake-ups in the queue that all hosts share.", figures.messages),
    }

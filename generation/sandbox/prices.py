"""What the sandbox charges, and how long it pretends to need."""

from generation.sandbox.render_request import MAX_REFERENCE_SECONDS, Order

OPENING_BALANCE = 1000.0
"""US dollars."""

_RATES: dict[tuple[str, bool], dict[str, float]] = {
    ("skyreels-v4-fast", False): {"480p": 0.064, "720p": 0.088, "1080p": 0.22},
    ("skyreels-v4-fast", True): {"480p": 0.12, "720p": 0.16, "1080p": 0.40},
    ("skyreels-v4-std", False): {"480p": 0.088, "720p": 0.112, "1080p": 0.28},
    ("skyreels-v4-std", True): {"480p": 0.144, "720p": 0.20, "1080p": 0.50},
}
"""US dollars for one second of output, by (model, with a video among the references) (section 4)."""

_SLOWNESS = {"480p": 1.0, "720p": 1.6, "1080p": 2.4}
_STD_SLOWNESS = 1.7


def cost(order: Order, seconds: float) -> float:
    """US dollars for `seconds` of output."""
    rate = _RATES[order.model, order.clip is not None][order.resolution]
    return round(rate * seconds, 6)


def expected_seconds(order: Order) -> float:
    """Output seconds before anything was fetched; a motion reference may turn out shorter."""
    return min(float(order.duration), MAX_REFERENCE_SECONDS) if order.follows_clip else float(order.duration)


def render_time(order: Order) -> float:
    """Simulated seconds from submit to completed: five for 480p and five seconds of output."""
    slowness = _SLOWNESS[order.resolution] * (_STD_SLOWNESS if order.model.endswith("std") else 1.0)
    return (1.5 + 0.7 * order.duration) * slowness

"""Prices and simulated render times."""

from generation.sandbox.render_request import MAX_REFERENCE_SECONDS, RenderRequest

OPENING_BALANCE = 1000.0
"""US dollars."""

_RATES: dict[tuple[str, bool], dict[str, float]] = {
    ("skyreels-v4-fast", False): {"480p": 0.064, "720p": 0.088, "1080p": 0.22},
    ("skyreels-v4-fast", True): {"480p": 0.12, "720p": 0.16, "1080p": 0.40},
    ("skyreels-v4-std", False): {"480p": 0.088, "720p": 0.112, "1080p": 0.28},
    ("skyreels-v4-std", True): {"480p": 0.144, "720p": 0.20, "1080p": 0.50},
}
"""US dollars per second of output, by model and whether the request has a reference video (section 4)."""

_SLOWNESS = {"480p": 1.0, "720p": 1.6, "1080p": 2.4}
_STD_SLOWNESS = 1.7


def cost(request: RenderRequest, seconds: float) -> float:
    """Return the price in US dollars of `seconds` of output."""
    rate = _RATES[request.model, request.video is not None][request.resolution]
    return round(rate * seconds, 6)


def expected_seconds(request: RenderRequest) -> float:
    """Return the output seconds expected before fetching; a motion reference may be shorter."""
    return (
        min(float(request.duration), MAX_REFERENCE_SECONDS)
        if request.follows_video
        else float(request.duration)
    )


def render_time(request: RenderRequest) -> float:
    """Return the simulated seconds from submit to completed: five for five seconds of output at 480p."""
    slowness = _SLOWNESS[request.resolution] * (_STD_SLOWNESS if request.model.endswith("std") else 1.0)
    return (1.5 + 0.7 * request.duration) * slowness

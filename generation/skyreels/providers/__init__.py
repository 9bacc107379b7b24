"""The providers of SkyReels V4: one module for each dialect. `GATEWAY` and `VENDOR` are all there are."""

from .contract import Call, Provider
from .gateway import GATEWAY
from .vendor import VENDOR

__all__ = ["GATEWAY", "VENDOR", "Call", "Provider"]

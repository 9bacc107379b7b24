"""The providers of SkyReels V4: one module for each dialect, with `GATEWAY` and `VENDOR` as instances."""

from generation.skyreels.providers.contract import Call, Provider
from generation.skyreels.providers.gateway import GATEWAY
from generation.skyreels.providers.vendor import VENDOR

__all__ = ["GATEWAY", "VENDOR", "Call", "Provider"]

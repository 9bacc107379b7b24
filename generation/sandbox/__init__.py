"""The provider for a machine without a key: the same HTTP contracts as the gateway and the vendor, real MP4s.

It is an independent rule book of skyreels-api.md and shares no code with the client of those contracts.
"""

from generation.sandbox.server import SandboxServer

__all__ = ["SandboxServer"]

"""The provider for a machine without a key: the same HTTP contract as the gateway, real MP4s.

It is an independent rule book of skyreels-api.md and shares no code with the client of that contract.
"""

from generation.sandbox.server import SandboxServer

__all__ = ["SandboxServer"]

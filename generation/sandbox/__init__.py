"""A simulated provider: the HTTP APIs of the gateway and the vendor, with real MP4 files.

It implements skyreels-api.md independently and shares no code with our client of those APIs.
"""

from generation.sandbox.server import SandboxServer

__all__ = ["SandboxServer"]

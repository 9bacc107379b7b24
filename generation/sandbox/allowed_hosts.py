"""Limit the hosts from which the sandbox fetches files and to which it sends webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from generation import public_http


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Any host, or only public addresses and URLs below the `exempt` prefixes."""

    exempt: Sequence[str] | None = None

    def client(self, *, timeout: httpx.Timeout, max_redirects: int = 20) -> httpx.Client:
        """Return a client with this restriction. Its requests raise NotPublic.

        The files are in the installation's own storage and receivers are near, so proxies of the environment are
        never used.
        """
        if self.exempt is None:
            return httpx.Client(
                timeout=timeout, follow_redirects=True, max_redirects=max_redirects, trust_env=False
            )
        return public_http.client(
            timeout=timeout,
            exempt=public_http.exempt_below(self.exempt),
            schemes=public_http.ANY_HTTP,
            max_redirects=max_redirects,
        )


ANY_HOST = AllowedHosts()

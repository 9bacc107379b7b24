"""What must not reach a log: addresses that open something to whoever knows them."""

import logging
import re

_SECRET_PART = re.compile(r"(/hooks/[^/\s]+/|/s/)[^/\s?]+")


class WithoutTokens(logging.Filter):
    """Blanks the secret part of an address in what Django says about a request that it refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without tokens."""
        record.msg, record.args = _SECRET_PART.sub(r"\1…", record.getMessage()), ()
        return True

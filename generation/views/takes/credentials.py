"""The content credentials on the page of a take."""

from typing import Any

from generation.models import Take
from generation.provenance.certificates import NAME
from generation.reviews.exports.file_names import name_of
from library import storage

# Verifies files in the browser; Backlot sends nothing there.
VERIFIER_URL = "https://contentcredentials.org/verify"


def context(take: Take) -> dict[str, Any]:
    """Return whether the certificate is self-signed, where to check it, and the URL of the provider's own file."""
    original = f"{name_of(take)}-original.mp4"
    return {
        "is_self_signed": take.signed_by == NAME,
        "verifier_url": VERIFIER_URL,
        "original_url": storage.signed_url(take.original_key, download_name=original)
        if take.original_key
        else "",
    }

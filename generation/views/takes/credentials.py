"""Content credentials of a take, for its page."""

from typing import Any

from generation.models import Take
from generation.provenance.certificates import NAME
from generation.reviews.exports.file_names import name_of
from library import storage

# A public checker: it reads the file in the browser, we send nothing to it.
CHECKED_AT = "https://contentcredentials.org/verify"


def context(take: Take) -> dict[str, Any]:
    """Return whether the certificate is self-made, where to check it, and the URL of the provider's own file."""
    original = f"{name_of(take)}-original.mp4"
    return {
        "is_self_made": take.signed_by == NAME,
        "checked_at": CHECKED_AT,
        "original_url": storage.signed_url(take.original_key, download_name=original)
        if take.original_key
        else "",
    }

"""Re-encrypt share tokens that are sealed under another key than the installation's current one."""

import logging

from generation import sealing
from generation.models import ShareLink
from generation.models.sharing import TOKENS, new_token

BATCH_SIZE = 200

log = logging.getLogger("backlot.sharing")


def reseal() -> int:
    """Seal some tokens again under the current key; return their number.

    These are links from before a key rotation (the old key is among the fallbacks), and links that the previous version
    created in plain text while both versions ran. A token that no key can decrypt is left unchanged and logged.
    """
    links = list(ShareLink.objects.sealed_otherwise().order_by("pk")[:BATCH_SIZE])
    return sum(_reseal(link) for link in links)


def _reseal(link: ShareLink) -> int:
    as_read = ShareLink.objects.filter(pk=link.pk, token_key=link.token_key)
    try:
        token = link.token if link.token_hash else link.plain_token
    except sealing.CannotUnseal:
        log.warning(
            "share link %s was sealed with a secret key that no longer exists and cannot be opened", link.pk
        )
        as_read.update(token_key=sealing.key_id(TOKENS))
        return 0
    link.set_token(token)
    return as_read.update(
        token_hash=link.token_hash,
        sealed_token=link.sealed_token,
        token_key=link.token_key,
        plain_token=new_token(),
    )

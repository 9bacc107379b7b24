"""System checks for configuration errors."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from generation import provenance

CONSOLE = "django.core.mail.backends.console.EmailBackend"


@register
def content_credentials(**asked: Any) -> list[CheckMessage]:
    """Warn if takes will not be signed. A configured certificate is tried, since C2PA does not accept all of them."""
    problem = provenance.problem() or _tried_in_vain()
    hint = "Set C2PA_CERTIFICATE and C2PA_PRIVATE_KEY to a signer's certificate and its key."
    return [Warning(problem, hint=hint, id="generation.W001")] if problem else []


@register
def e_mail(**asked: Any) -> list[CheckMessage]:
    """Warn in production if e-mail is only written to the log: recipients never get it, and anyone who reads the log
    can use the recipients' unsubscribe links."""
    if not settings.PRODUCTION or settings.EMAIL_BACKEND != CONSOLE:
        return []
    hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587."
    return [Warning("E-mails are written to the log and reach nobody.", hint=hint, id="generation.W002")]


def _tried_in_vain() -> str:
    certificate = provenance.present()
    if certificate is None or certificate.is_self_made:
        return ""
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            provenance.check_certificate(certificate, Path(folder))
    except provenance.CannotSign as error:
        return f"Takes are stored without content credentials: with “{certificate.name}” {error}."
    return ""

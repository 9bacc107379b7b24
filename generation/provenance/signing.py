"""Write a signed manifest into a video, and read one, with the C2PA library.

By default the library keeps what it hashes in memory. With the settings below it works on disk above a megabyte (in the
folder of `TMPDIR`), and hashes long videos in chunks, which the manifest then lists.
"""

import logging
from pathlib import Path
from typing import Any

import c2pa
from django.utils.translation import override
from PIL import Image

from generation.models.job_codes import UnsignedCode
from generation.models.job_texts import unsigned_text
from generation.provenance.certificates import Certificate

log = logging.getLogger("backlot.provenance")
VALID = {"Valid", "Trusted"}
MAX_BYTES_HASHED_WHOLE = 32_000_000
MIME = "video/mp4"
# Accepted extended key usages: e-mail, documents, C2PA claims. The library's own default is the first alone.
KEY_USAGES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
# The smallest manifest that C2PA accepts.
TEST_CLAIM = {
    "claim_generator_info": [{"name": "Backlot"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
                    }
                ]
            },
        }
    ],
}
# How long the library waits for a time stamp server.
TIMESTAMP_SECONDS = 30.0


class CannotSign(Exception):
    """The video stays unsigned, for the reason that `code` and `detail` give; the message is for logs."""

    def __init__(self, code: UnsignedCode, detail: str = "") -> None:
        self.code, self.detail = code, " ".join(detail.split())
        with override("en"):
            super().__init__(unsigned_text(code, self.detail))


def sign(
    source: Path, target: Path, claim: dict[str, Any], *, by: Certificate, timestamps: str = ""
) -> dict[str, Any]:
    """Write the video with its manifest to `target`, and return the manifest as a reader sees it.

    If there is no time stamp to be had, sign without one. Raises CannotSign.
    """
    if by.is_expired:
        raise CannotSign(UnsignedCode.CERTIFICATE_EXPIRED, f"“{by.name}”, {by.ends_at:%Y-%m-%d}")
    try:
        _write(source, target, claim, by, timestamps=timestamps)
    except CannotSign as error:
        if not timestamps:
            raise
        log.warning("no time stamp for the credentials of a take: %s", error)
        _write(source, target, claim, by)
    return read(target)


def check_certificate(by: Certificate, folder: Path) -> None:
    """Sign a small image in the folder and read it back. Raises CannotSign for a certificate that cannot sign takes."""
    source, target = folder / "test.jpg", folder / "signed.jpg"
    Image.new("RGB", (16, 16)).save(source)
    _write(source, target, TEST_CLAIM, by, mime="image/jpeg")
    read(target)


def read(path: Path) -> dict[str, Any]:
    """Return the active manifest of a video, with its `signature_info`, after validating all of it.

    The signer is reported, not judged: no list of trusted certificates is used. Raises CannotSign for a video without
    a manifest, and for one that was changed after signing.
    """
    try:
        with c2pa.Context.from_dict(_settings(path)) as context, c2pa.Reader(path, context=context) as reader:
            state, found = reader.get_validation_state(), reader.get_active_manifest()
            problems = _problems(reader.get_validation_results() or {})
    except c2pa.C2paError as error:
        raise CannotSign(UnsignedCode.CREDENTIALS_UNREADABLE, _short(error)) from error
    if state not in VALID or not found:
        raise CannotSign(UnsignedCode.CREDENTIALS_INVALID, problems or state)
    return found


def _problems(results: dict[str, Any]) -> str:
    """Return C2PA's codes for what is wrong."""
    failures = results.get("activeManifest", {}).get("failure", [])
    return ", ".join(sorted({failure["code"] for failure in failures}))


def _write(
    source: Path,
    target: Path,
    claim: dict[str, Any],
    by: Certificate,
    *,
    timestamps: str = "",
    mime: str = MIME,
) -> None:
    info = c2pa.C2paSignerInfo(by.algorithm, by.chain.encode(), by.key.encode(), timestamps or None)
    try:
        with (
            c2pa.Context.from_dict(_settings(source)) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder.from_json(claim, context=context) as builder,
            source.open("rb") as video,
            target.open("w+b") as signed,
        ):
            builder.sign(signer, mime, video, signed)
    except (c2pa.C2paError, OSError) as error:
        raise CannotSign(UnsignedCode.SIGNING_FAILED, _short(error)) from error


def _settings(path: Path) -> dict[str, Any]:
    """Return settings for the library: no network requests, no thumbnail, bounded memory."""
    core: dict[str, Any] = {"backing_store_memory_threshold_in_mb": 1}
    if path.stat().st_size > MAX_BYTES_HASHED_WHOLE:
        core["merkle_tree_chunk_size_in_kb"] = 1024
    return {
        "core": core,
        "trust": {"trust_config": KEY_USAGES},
        "verify": {
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_trust": False,
            # `read` verifies what was written.
            "verify_after_sign": False,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

"""Putting a signed manifest into a video, and reading one, by the C2PA library.

The library holds what it hashes in memory unless it is told otherwise: above a megabyte it works on disk (in the folder
that `TMPDIR` names), and long videos are hashed in pieces, of which the manifest then keeps a list.
"""

import logging
from pathlib import Path
from typing import Any

import c2pa
from PIL import Image

from generation.provenance.certificates import Certificate

log = logging.getLogger("backlot.provenance")
VALID = {"Valid", "Trusted"}
HASHED_WHOLE_BYTES = 32_000_000
MIME = "video/mp4"
# What a signer's certificate may be for: e-mail, documents, and claims of C2PA. By itself the library knows the first.
PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
# The least that C2PA takes: that something was made, and how.
TRIED = {
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
# How long the library waits for a time stamp.
TIMESTAMP_SECONDS = 30.0


class CannotSign(Exception):
    """The video stays as it is. The message says why, without a full stop."""


def sign(
    source: Path, target: Path, said: dict[str, Any], *, by: Certificate, timestamps: str = ""
) -> dict[str, Any]:
    """Write the video with its manifest to `target`, and read it back: the manifest as a reader sees it.

    A time stamp that is not to be had is done without. Raises CannotSign.
    """
    if by.has_ended:
        raise CannotSign(f"the certificate “{by.name}” ended on {by.ends_at:%Y-%m-%d}")
    try:
        _write(source, target, said, by, timestamps=timestamps)
    except CannotSign as error:
        if not timestamps:
            raise
        log.warning("no time stamp for a take's credentials: %s", error)
        _write(source, target, said, by)
    return read(target)


def try_out(by: Certificate, folder: Path) -> None:
    """Sign a small picture in the folder and read it back. Raises CannotSign for a certificate that signs no takes."""
    source, target = folder / "tried.jpg", folder / "signed.jpg"
    Image.new("RGB", (16, 16)).save(source)
    _write(source, target, TRIED, by, mime="image/jpeg")
    read(target)


def read(path: Path) -> dict[str, Any]:
    """The manifest that counts of a video, with its `signature_info`, once everything in it is found to be right.

    Who signed is told, not judged: no list of trusted certificates is looked at. Raises CannotSign for a video without
    a manifest, and for one that was changed since.
    """
    try:
        with c2pa.Context.from_dict(_settings(path)) as context, c2pa.Reader(path, context=context) as reader:
            state, found = reader.get_validation_state(), reader.get_active_manifest()
            problems = _problems(reader.get_validation_results() or {})
    except c2pa.C2paError as error:
        raise CannotSign(f"its credentials cannot be read ({_short(error)})") from error
    if state not in VALID or not found:
        raise CannotSign(f"its credentials do not hold ({problems or 'no reason given'})")
    return found


def _problems(results: dict[str, Any]) -> str:
    """What was found wrong, by the codes of C2PA."""
    failures = results.get("activeManifest", {}).get("failure", [])
    return ", ".join(sorted({failure["code"] for failure in failures}))


def _write(
    source: Path,
    target: Path,
    said: dict[str, Any],
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
            c2pa.Builder.from_json(said, context=context) as builder,
            source.open("rb") as video,
            target.open("w+b") as signed,
        ):
            builder.sign(signer, mime, video, signed)
    except (c2pa.C2paError, OSError) as error:
        raise CannotSign(f"it could not be signed ({_short(error)})") from error


def _settings(path: Path) -> dict[str, Any]:
    """No question to the network, no picture made, and bounded memory."""
    core: dict[str, Any] = {"backing_store_memory_threshold_in_mb": 1}
    if path.stat().st_size > HASHED_WHOLE_BYTES:
        core["merkle_tree_chunk_size_in_kb"] = 1024
    return {
        "core": core,
        "trust": {"trust_config": PURPOSES},
        "verify": {
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_trust": False,
            # `read` does it, once, for what was written.
            "verify_after_sign": False,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

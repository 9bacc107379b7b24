"""Secrets at rest: found by their hash, shown again from their sealed copy, through a rotation of the key."""

from typing import Any

import pytest

from generation import sealing

SECRET = "v-3OaQxT7kM1"


def test_a_sealed_secret_comes_back_and_is_not_in_what_is_kept() -> None:
    sealed = sealing.seal("share-token", SECRET)
    assert SECRET not in sealed + sealing.fingerprint("share-token", SECRET)
    assert sealing.unseal("share-token", sealed) == SECRET


def test_each_purpose_has_keys_of_its_own() -> None:
    assert sealing.fingerprint("a", SECRET) != sealing.fingerprint("b", SECRET)
    assert sealing.key_id("a") != sealing.key_id("b")
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal("b", sealing.seal("a", SECRET))


def test_a_rotated_key_still_opens_while_it_is_a_fallback(settings: Any) -> None:
    sealed, hashed = sealing.seal("a", SECRET), sealing.fingerprint("a", SECRET)
    old, key = settings.SECRET_KEY, sealing.key_id("a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]
    assert sealing.unseal("a", sealed) == SECRET
    assert hashed in sealing.fingerprints("a", SECRET)
    assert hashed != sealing.fingerprint("a", SECRET)
    assert sealing.key_id("a") != key
    settings.SECRET_KEY_FALLBACKS = []
    assert hashed not in sealing.fingerprints("a", SECRET)
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal("a", sealed)

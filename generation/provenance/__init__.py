"""Content credentials (C2PA): a stored take states that it is AI-made, by which model and when, signed by us.

`certificates` provides the signer, `claims` the manifest, `signing` writes it into the file. There are no network
requests, except to a time stamp server if one is configured.
"""

from generation.provenance.certificates import Certificate, present, problem
from generation.provenance.claims import claim
from generation.provenance.signing import CannotSign, check_certificate, read, sign

__all__ = ["CannotSign", "Certificate", "check_certificate", "claim", "present", "problem", "read", "sign"]

"""Content credentials (C2PA): a stored take says in itself that it is AI-made, by which model and when, signed by us.

`certificates` is who signs, `claims` what is said, `signing` puts it into the file, `telling` is the line of it in a
job's story. Nothing here asks the network, except a time stamp where one is configured.
"""

from generation.provenance.certificates import Certificate, present, problem
from generation.provenance.claims import claim
from generation.provenance.signing import CannotSign, read, sign, try_out
from generation.provenance.telling import Told

__all__ = ["CannotSign", "Certificate", "Told", "claim", "present", "problem", "read", "sign", "try_out"]

"""Forms parse what was entered; `composition` alone decides whether it can be rendered."""

from generation.forms.composer import ComposerForm
from generation.forms.ledger import LedgerForm
from generation.forms.projects import MemberForm, ProjectForm, RoleForm, StaleProject, save_with_free_slug
from generation.forms.tokens import TokenForm

__all__ = [
    "ComposerForm",
    "LedgerForm",
    "MemberForm",
    "ProjectForm",
    "RoleForm",
    "StaleProject",
    "TokenForm",
    "save_with_free_slug",
]

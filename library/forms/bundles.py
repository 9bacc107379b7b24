"""The form for importing an exported zip."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library.ingest.bundle_import import MAX_ENTRIES, MAX_EXPANDED_BYTES
from library.models import Project

# The import blocks a thread of the web server, and browsers time out.
IMPORT_SECONDS = 20


class BundleForm(forms.Form):
    """The zip, and the home project of the new assets."""

    bundle = forms.FileField(
        label=gettext_lazy("Exported zip"),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    bundle_project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label=gettext_lazy("No project"),
        label=gettext_lazy("Project"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bundle"].help_text = _help_text()
        projects = self.fields["bundle_project"]
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101 - declared above
        projects.queryset = Project.objects.editable_by(user)


def _help_text() -> str:
    return _(
        "A zip exported from the library of another Backlot, with up to %(files)s files and %(size)s GB. Handles that "
        "already exist are skipped. An import runs for up to %(seconds)d seconds; to continue, import the zip again."
    ) % {
        "files": number_format(MAX_ENTRIES, force_grouping=True),
        "size": number_format(MAX_EXPANDED_BYTES / 1e9, 0),
        "seconds": IMPORT_SECONDS,
    }

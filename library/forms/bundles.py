"""An exported zip that is to come in."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from library.ingest.bundle_import import MAX_ENTRIES, MAX_UNPACKED_BYTES
from library.models import Project

# A web server's thread serves nobody else meanwhile, and a browser does not wait for ever.
IMPORT_SECONDS = 20


class BundleForm(forms.Form):
    """The zip, and the project that its assets will belong to."""

    bundle = forms.FileField(
        label="Exported zip",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text="A zip that the library of another Backlot exported. Handles that are there already are passed over. "
        f"At most {MAX_ENTRIES:,} files and {MAX_UNPACKED_BYTES / 1e9:.0f} GB; what is not done after {IMPORT_SECONDS} "
        "seconds is left, and comes in when the same zip is imported again.",
    )
    bundle_project = forms.ModelChoiceField(
        Project.objects.none(), required=False, empty_label="No project", label="Its assets belong to"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = self.fields["bundle_project"]
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        projects.queryset = Project.objects.editable_by(user)

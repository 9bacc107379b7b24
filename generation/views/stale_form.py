"""The page for forms without a valid CSRF token or session: it shows what the user typed and changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from generation.views.shared.access import came_from

# Hidden fields, which users do not type.
HIDDEN_FIELDS = ("csrfmiddlewaretoken", "form_key", "next", "parent", "choice")


@requires_csrf_token
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 with the user's input, which is not processed: the form cannot be distinguished from a forged one."""
    context = {
        "typed": _typed_values(request),
        "files": [file.name for files in dict(request.FILES.lists()).values() for file in files],
        "back": came_from(request, otherwise=request.path),
    }
    # Guests of share links must not see the navigation of the app.
    template = "generation/guests/stale_form.html" if request.path.startswith("/s/") else "stale_form.html"
    return render(request, template, context, status=403)


def has_input(request: HttpRequest) -> bool:
    """Return whether the request contains anything that the user typed or chose."""
    return bool(_typed_values(request) or request.FILES)


def _typed_values(request: HttpRequest) -> list[tuple[str, str]]:
    """Return (label, value) of the fields with input; never passwords."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if name not in HIDDEN_FIELDS and "password" not in name
        for value in values
        if value.strip()
    ]

"""The log-in page."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRedirect

from generation.views.shared.access import Request


@method_decorator(login_not_required, name="dispatch")
class LogIn(LoginView):
    """The log-in page. If the session has ended, a polling fragment redirects the whole page here, so that the form
    does not appear inside the fragment."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.htmx and request.method == "GET":
            current_page = request.htmx.current_url_abs_path or reverse("generation:home")
            return HttpResponseClientRedirect(f"{reverse('login')}?{urlencode({'next': current_page})}")
        return super().dispatch(request, *args, **kwargs)

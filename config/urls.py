"""Which address is answered by which app."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from generation.views import context_processors, health
from generation.views.account import password_change

handler500 = "config.outages.answer_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", context_processors.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/password_change/", password_change.throttled),
    path("admin/", admin.site.urls),
    path("", include("generation.api.urls")),
    path("", include("library.urls")),
    path("", include("generation.urls")),
]

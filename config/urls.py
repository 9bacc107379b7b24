"""Root URL configuration."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from generation.views import health, login
from generation.views.account import password_change

handler500 = "config.outages.answer_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", login.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/password_change/", password_change.throttled),
    path("admin/", admin.site.urls),
    path("", include("generation.api.urls")),
    path("", include("library.urls")),
    path("", include("generation.urls")),
]

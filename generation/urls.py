"""The addresses of projects, jobs and takes."""

from django.urls import path

from generation.views import (
    again,
    batches,
    composer,
    home,
    jobs,
    links,
    projects,
    promote,
    renaming,
    takes,
    team,
    tokens,
    where_used,
    workplace,
)

app_name = "generation"
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.project_new, name="project_new"),
    path("projects/<slug:slug>/", projects.project, name="project"),
    path("projects/<slug:slug>/edit/", projects.project_edit, name="project_edit"),
    path("projects/<slug:slug>/members/", team.member_add, name="member_add"),
    path("projects/<slug:slug>/members/<int:pk>/", team.member_change, name="member_change"),
    path("projects/<slug:slug>/members/<int:pk>/remove/", team.member_remove, name="member_remove"),
    path("projects/<slug:slug>/assets/", links.link_asset, name="link_asset"),
    path("projects/<slug:slug>/assets/<int:pk>/remove/", links.unlink_asset, name="unlink_asset"),
    path("projects/<slug:slug>/assets/<int:pk>/pin/", links.pin_asset, name="pin_asset"),
    path("projects/<slug:slug>/new/", composer.composer, name="composer"),
    path("projects/<slug:slug>/new/check/", composer.composer_check, name="composer_check"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:uuid>/", jobs.job, name="job"),
    path("jobs/<uuid:uuid>/live/", jobs.job_live, name="job_live"),
    path("jobs/<uuid:uuid>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:uuid>/retry/", jobs.job_retry, name="job_retry"),
    path("batches/<uuid:uuid>/", batches.batch, name="batch"),
    path("batches/<uuid:uuid>/cancel/", batches.batch_cancel, name="batch_cancel"),
    path("takes/", takes.takes, name="takes"),
    path("takes/<uuid:uuid>/", takes.take, name="take"),
    path("takes/<uuid:uuid>/again/", again.again, name="again"),
    path("takes/<uuid:uuid>/promote/", promote.promote, name="promote"),
    path("library/@<str:handle>/rename/", renaming.rename, name="rename"),
    path("library/@<str:handle>/used/", where_used.where_used, name="where_used"),
    path("account/tokens/", tokens.token_list, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("gateway/resume/", workplace.gateway_resume, name="gateway_resume"),
]

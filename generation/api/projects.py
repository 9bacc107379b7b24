"""Projects over the JSON API."""

from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from generation.api.authentication import ApiRequest, writing
from generation.api.errors import ApiError, error_responses, form_error
from generation.api.pagination import Page, paginate
from generation.api.schemas import ProjectDetails, ProjectOut
from generation.api.strict_json import StrictJsonSchema
from generation.forms import ProjectForm
from generation.forms.projects import ONLY_ADMINISTRATORS_OPEN
from generation.models import LedgerEntry
from generation.spending_limits import allowances, binding
from library.models.projects import may_open_projects

router = Router(tags=["Projects"])
Cursor = Annotated[str, Query(max_length=300, description="`next` of the previous page")]
MAX_SHOTS = 1000


class NewProject(StrictJsonSchema):
    """A new project."""

    name: str = Field(min_length=1, max_length=120, examples=["Harbour Lights"])
    description: str = Field("", max_length=20_000)
    budget_usd: float | None = Field(None, ge=0, lt=100_000_000, description="null: no limit")


@router.get("", response={200: Page[ProjectOut], **error_responses(422)}, summary="List projects")
def list_projects(request: ApiRequest, cursor: Cursor = "") -> Page[ProjectOut]:
    """The projects of the token's user, newest first."""
    rows, following = paginate(request.auth.projects, cursor)
    return Page(items=[ProjectOut.of(row, may_edit=row.may_edit) for row in rows], next=following)


@router.post(
    "",
    auth=writing,
    response={201: ProjectDetails, **error_responses(400, 403, 413, 422)},
    summary="Create a project",
)
def open_project(request: ApiRequest, project: NewProject) -> Status[ProjectDetails]:
    """Its URL is derived from its name; its creator becomes its owner. It is charged to the personal budget of this
    token's user, unless that is an administrator. 403 `projects_closed` if only administrators can create projects."""
    if request.auth.token.project_id:
        raise ApiError(403, "limited_token", "This token is limited to one project and cannot create others.")
    if not may_open_projects(request.auth.user):
        raise ApiError(403, "projects_closed", str(ONLY_ADMINISTRATORS_OPEN))
    form = ProjectForm(project.model_dump())
    if not form.is_valid():
        raise form_error(form)
    made = form.create(request.auth.user)
    return Status(201, details(request, made.slug))


@router.get("/{slug:slug}", response={200: ProjectDetails, **error_responses(404)}, summary="Get a project")
def get_project(request: ApiRequest, slug: str) -> ProjectDetails:
    """A project with its spending and the codes of its shots."""
    return details(request, slug)


def details(request: HttpRequest, slug: str) -> ProjectDetails:
    """Return a project with its details. Raise NotFound."""
    caller = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = caller.project(slug)
    tightest = binding(allowances(caller.user, found))
    return ProjectDetails(
        **dict(ProjectOut.of(found, may_edit=found.may_edit)),
        committed_usd=float(LedgerEntry.objects.filter(project=found).committed()),
        left_usd=None if tightest is None else float(tightest.left),
        limited_by=None if tightest is None else cast(Any, tightest.limit.value),
        shots=list(found.shots.values_list("code", flat=True)[:MAX_SHOTS]),
    )

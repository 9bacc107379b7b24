"""Our production and a foreign one, and everybody who may come to their doors."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from library.models import Role
from tests import factories
from tests.permissions import changes
from tests.permissions.walk.productions import OURS, THEIRS, Production, Visitor, account, api_token

ROLES = {"olga": Role.OWNER, "eddi": Role.EDITOR, "rosa": Role.REVIEWER, "vito": Role.VIEWER}


class World:
    """Two productions, visitors by name, and which rows are foreign."""

    def __init__(self) -> None:
        self.people = {name: account(name) for name in (*ROLES, "ron", "dora", "otto", "limo")}
        self.people["sten"] = account("sten", is_staff=True)
        self.people["adam"] = User.objects.create_superuser("adam", password=factories.PASSWORD)
        self.ours = self._our_production()
        before = changes.snapshot()
        self.theirs = self._foreign_production()
        after = changes.snapshot()
        self.foreign = {(model, key) for model in after for key in after[model].keys() - before[model].keys()}
        self.foreign_project = self.theirs.project.pk
        self.visitors = {visitor.name: visitor for visitor in self._visitors()}
        self.browsers = {name: self._browser(visitor) for name, visitor in self.visitors.items()}
        # Somebody was deactivated while logged in.
        User.objects.filter(username="dora").update(is_active=False)
        self.people["dora"].is_active = False
        self.before = changes.snapshot()

    def _our_production(self) -> Production:
        """Made by ron, who is removed from the team afterwards."""
        makers = {role: self.people[name] for name, role in ROLES.items()}
        made = Production("near", OURS, makers, self.people["ron"])
        factories.join(made.project, self.people["dora"], Role.EDITOR)
        factories.join(made.project, self.people["limo"], Role.EDITOR)
        factories.project(self.people["otto"], name="Of an outsider", slug="ottos")
        self.limos = factories.project(self.people["limo"], name="Of a limited token", slug="limos")
        return made

    def _foreign_production(self) -> Production:
        names = {f"far-{role}": role for role in ROLES.values()}
        makers = {role: account(name, first_name=THEIRS) for name, role in names.items()}
        return Production("far", THEIRS, makers, makers[Role.OWNER])

    def _visitors(self) -> list[Visitor]:
        people = self.people
        inside = [
            Visitor(str(role), people[name], role=str(role), secret=api_token(people[name]))
            for name, role in ROLES.items()
        ]
        outside = {"outsider": "otto", "removed": "ron", "staff": "sten", "deactivated": "dora"}
        limited = api_token(people["limo"], project=self.limos)
        return [
            *inside,
            *(
                Visitor(label, people[name], secret=api_token(people[name]))
                for label, name in outside.items()
            ),
            Visitor("administrator", people["adam"], secret=api_token(people["adam"]), is_admin=True),
            Visitor("anonymous"),
            Visitor("guest"),
            Visitor(
                "read-only token",
                people["eddi"],
                "editor",
                api_token(people["eddi"], can_write=False),
                can_write=False,
            ),
            Visitor("token of another project", people["limo"], secret=limited),
        ]

    def _browser(self, visitor: Visitor) -> Client:
        browser = Client(raise_request_exception=False)
        if visitor.name == "guest":
            browser.post(f"{self.ours.link.get_absolute_url()}enter/", {"name": "Greta"})
            browser.cookies["guest"]["path"] = "/"
        elif visitor.user and not visitor.name.count("token"):
            browser.force_login(visitor.user)
        return browser

    def untouched(self, after: changes.Snapshot) -> list[str]:
        """What was done to foreign rows, or added to the foreign project."""
        found = []
        for model, key in self.foreign:
            row = after[model].get(key)
            if row is None:
                found.append(f"-{model}")
            else:
                old = self.before[model][key]
                fields = [f"{model}.{name}" for name, value in row.items() if value != old[name]]
                found += [f"~{field}" for field in fields if field not in changes.FOLLOWING]
        return found + self._added(after)

    def _added(self, after: changes.Snapshot) -> list[str]:
        return [
            f"+{model}"
            for model, rows in after.items()
            for key, row in rows.items()
            if key not in self.before[model] and self._is_foreign(row)
        ]

    def _is_foreign(self, row: Any) -> bool:
        return (
            row.get("project_id") == self.foreign_project
            or row.get("home_project_id") == self.foreign_project
        )

"""The members of a take's project, and what the current user may do there."""

import json
from functools import cached_property

from django.contrib.auth.models import User

from generation.models import Job, Note, Take
from library.models import Membership, Role
from library.models.projects import COMMENTERS, DECIDERS, MAKERS


class TakePermissions:
    """The members of a take's project and the permissions of one user. One query."""

    def __init__(self, take: Take, user: User) -> None:
        self.user = user
        rows = Membership.objects.filter(project=take.project_id, user__is_active=True)
        self.roles = {row.user: row.role for row in rows.select_related("user").order_by("user__username")}
        self.role = Role.OWNER if user.is_superuser else self.roles.get(user, "")
        self.can_note = self.role in COMMENTERS
        self.can_edit = self.role in MAKERS
        self.can_decide = self.role in DECIDERS

    @cached_property
    def usernames(self) -> set[str]:
        """Return the case-folded usernames of the members."""
        return {member.username.casefold() for member in self.roles}

    @cached_property
    def commenters(self) -> set[int]:
        """Return the keys of the members who may write notes."""
        return {member.pk for member, role in self.roles.items() if role in COMMENTERS}

    @property
    def mention_options(self) -> str:
        """Return the members as JSON for the suggestions after an `@`."""
        return json.dumps(
            [
                {"handle": member.username, "title": member.get_full_name(), "kind": "person"}
                for member in self.roles
            ]
        )

    def attach_creator(self, job: Job) -> None:
        """Set the creator of a job without a query if they are a member."""
        creator = next((member for member in self.roles if member.pk == job.created_by_id), None)
        if creator:
            job.created_by = creator

    def may_edit(self, note: Note) -> bool:
        """Return whether the user may edit a note: only its author."""
        return self.can_note and note.author_id == self.user.pk

    def may_delete(self, note: Note) -> bool:
        """Return whether the user may delete a note: its author, or an owner if the author is a guest or may no longer
        write notes."""
        if self.may_edit(note) or self.user.is_superuser:
            return True
        return self.role == Role.OWNER and note.author_id not in self.commenters

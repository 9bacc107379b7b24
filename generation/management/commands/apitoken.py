"""`manage.py apitoken USERNAME`: create an API token, which is printed only once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from generation import api_tokens
from generation.models import ApiToken
from library.models import Project

NAME_LENGTH = ApiToken._meta.get_field("name").max_length or 0


class Command(BaseCommand):
    """Print the token to standard output, and everything else to standard error."""

    help = "Makes an API token for a person, and the person if need be. The token is printed this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--superuser", action="store_true", help="make the person an administrator")
        parser.add_argument("--read-only", action="store_true", help="the token may look and change nothing")
        parser.add_argument("--project", metavar="SLUG", help="the only project that the token opens")
        parser.add_argument("--name", default="command line", help="what the token is for")

    @transaction.atomic
    def handle(self, *, username: str, **options: Any) -> None:
        if not 0 < len(options["name"]) <= NAME_LENGTH:
            raise CommandError(f"The name must have 1 to {NAME_LENGTH} letters.")
        user = self._person(username, as_superuser=options["superuser"])
        project = _project(user, options["project"]) if options["project"] else None
        _, secret = api_tokens.make(
            user=user, name=options["name"], can_write=not options["read_only"], project=project
        )
        self.stdout.write(secret)

    def _person(self, username: str, *, as_superuser: bool) -> User:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = _new_person(username)
            self.stderr.write(f"{username} is new and has no password: manage.py changepassword {username}")
        if not user.is_active:
            raise CommandError(f"{username} may not log in, so a token would open nothing.")
        if as_superuser and not (user.is_superuser and user.is_staff):
            user.is_superuser = user.is_staff = True
            user.save(update_fields=["is_superuser", "is_staff"])
            self.stderr.write(f"{username} is an administrator now.")
        return user


def _new_person(username: str) -> User:
    user = User(username=username)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise CommandError(
            f"{username!r} cannot be the name of a person: {' '.join(error.messages)}"
        ) from None
    user.save()
    return user


def _project(user: User, slug: str) -> Project:
    found = Project.objects.visible_to(user).filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no project {slug} that {user} may see.")
    return found

"""`manage.py demo`: add demo content to an installation; a second run adds nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from generation.demo import Account, DemoResult, create_demo
from library.storage import StorageFailed


class Command(BaseCommand):
    """Create the content and print the passwords, which are shown only once and stored as hashes."""

    help = "Create demo accounts, projects and assets and, with the sandbox, a few takes. A second run adds nothing."

    def handle(self, **options: Any) -> None:
        try:
            result = create_demo(lambda line: self.stderr.write(line, self.style.HTTP_INFO))
        except StorageFailed as error:
            raise CommandError(f"The object storage is not available: {error}") from error
        self.stdout.write("\n".join(["", *_made(result), "", *_accounts(result.accounts), ""]))


def _made(result: DemoResult) -> list[str]:
    lines = [f"Demo content: {result.new_assets} new assets, {result.new_jobs} new takes queued."]
    if result.new_jobs:
        lines.append("The takes appear one by one while the worker is running.")
    return [*lines, *result.skipped]


def _accounts(accounts: list[Account]) -> list[str]:
    new = [account for account in accounts if account.password]
    old = [account.username for account in accounts if not account.password]
    lines = [f"Log in at {settings.PUBLIC_URL} (these passwords are shown only now):", ""] if new else []
    lines += [f"  {one.username:<8}{_role(one):<24}{one.password}" for one in new]
    if old:
        lines += [""] if new else []
        lines.append(f"Existing accounts keep their passwords: {', '.join(old)}.")
        lines.append("To set a new password: python manage.py changepassword NAME")
    if any(account.is_administrator for account in accounts):
        names = ", ".join(account.username for account in accounts if account.is_administrator)
        lines += ["", f"Administrators ({names}) also have access to /admin/ and the style page /style/."]
    return lines


def _role(account: Account) -> str:
    return (
        f"{account.role.label.lower()}, administrator"
        if account.is_administrator
        else account.role.label.lower()
    )

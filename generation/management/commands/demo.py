"""`manage.py demo`: fills an empty house; doing it twice adds nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from generation.demo import Account, DemoResult, make_demo
from library.storage import StorageFailed


class Command(BaseCommand):
    """Prints how to log in: the passwords are shown this once and kept as hashes only."""

    help = "Makes demo accounts, projects and assets, and with the sandbox a few takes. Twice adds nothing."

    def handle(self, **options: Any) -> None:
        try:
            result = make_demo(lambda line: self.stderr.write(line, self.style.HTTP_INFO))
        except StorageFailed as error:
            raise CommandError(f"The object storage cannot be used: {error}") from error
        self.stdout.write("\n".join(["", *_made(result), "", *_accounts(result.accounts), ""]))


def _made(result: DemoResult) -> list[str]:
    lines = [f"Demo content: {result.new_assets} new assets, {result.new_jobs} new takes ordered."]
    if result.new_jobs:
        lines.append("The takes appear one after another as soon as the worker runs.")
    return [*lines, *result.left_out]


def _accounts(accounts: list[Account]) -> list[str]:
    new = [account for account in accounts if account.password]
    old = [account.username for account in accounts if not account.password]
    lines = [f"Log in at {settings.PUBLIC_URL} (these passwords are shown only now):", ""] if new else []
    lines += [f"  {one.username:<8}{_role(one):<24}{one.password}" for one in new]
    if old:
        lines += [""] if new else []
        lines.append(f"Already there with the password they had: {', '.join(old)}.")
        lines.append("To set a new one: python manage.py changepassword NAME")
    if any(account.is_administrator for account in accounts):
        names = ", ".join(account.username for account in accounts if account.is_administrator)
        lines += ["", f"As an administrator, {names} also sees /admin/ and the style page /style/."]
    return lines


def _role(account: Account) -> str:
    return (
        f"{account.role.label.lower()}, administrator"
        if account.is_administrator
        else account.role.label.lower()
    )

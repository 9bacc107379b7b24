"""The three users of the demo and their passwords."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from library.models import Role


@dataclass(frozen=True)
class DemoUser:
    """A user; an administrator also has access to /admin/ and /style/."""

    username: str
    first_name: str
    last_name: str
    role: Role
    is_administrator: bool = False


@dataclass(frozen=True)
class Account:
    """An account to report. `password` is None if the account already had one."""

    username: str
    role: Role
    is_administrator: bool
    password: str | None


USERS = (
    DemoUser("inez", "Inez", "Okafor", Role.OWNER, is_administrator=True),
    DemoUser("jonas", "Jonas", "Brandt", Role.EDITOR),
    DemoUser("kim", "Kim", "Sato", Role.REVIEWER),
)
_WORDS = (
    "acorn amber anchor apple april arrow autumn barley basil beacon birch bramble breeze bridge brook canyon "
    "cedar cello cherry cinder clover cobalt comet copper coral cotton crater cricket crystal daisy delta dune "
    "ember falcon feather fern ferry fiddle flint forest garden ginger glacier granite harbour hazel heron "
    "hollow honey island ivory jasmine juniper kettle lagoon lantern laurel lemon lilac linen lotus magnet mango "
    "maple marble meadow melon mellow midnight mosaic mountain nectar nickel north nutmeg oak ocean olive opal orchard "
    "otter paper parade pebble pepper petal piano pine planet plum pocket poppy quartz quiet quilt rabbit "
    "raven ribbon river robin rocket saffron salmon sandal satin shadow silver sparrow spruce summer sunset tango "
    "teapot thistle thunder timber topaz tulip tundra velvet violet walnut willow window winter"
)
WORDS_IN_PASSWORD, NUMBERS = 3, 9000


def ensure_users() -> dict[str, User]:
    """Return the users by username. New ones cannot log in before `give_passwords`."""
    return {user.username: _ensure(user) for user in USERS}


def give_passwords(users: dict[str, User]) -> list[Account]:
    """Set a password for each account that has none and was never used. Only its hash is stored.

    This is the last step, so that an interrupted run sets no password that was never printed.
    """
    with transaction.atomic():
        return [_account(wanted, users[wanted.username]) for wanted in USERS]


def memorable_password() -> str:
    """Return three words and a number of four digits, about 34 bits: `lantern-otter-plum-4711`."""
    candidates = _WORDS.split()
    words = [secrets.choice(candidates) for _ in range(WORDS_IN_PASSWORD)]
    return "-".join([*words, str(1000 + secrets.randbelow(NUMBERS))])


def _ensure(wanted: DemoUser) -> User:
    names = {"first_name": wanted.first_name, "last_name": wanted.last_name}
    rights = {"is_staff": wanted.is_administrator, "is_superuser": wanted.is_administrator}
    # A new account gets a password that never matches; an existing account is left unchanged.
    user, _ = User.objects.get_or_create(
        username=wanted.username, defaults={**names, **rights, "password": "!"}
    )
    return user


def _account(wanted: DemoUser, user: User) -> Account:
    password = None
    if not user.has_usable_password() and user.last_login is None:
        password = memorable_password()
        user.set_password(password)
        user.save(update_fields=["password"])
    return Account(wanted.username, wanted.role, user.is_superuser, password)

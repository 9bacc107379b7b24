"""The three people of the demo and their passwords."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from library.models import Role


@dataclass(frozen=True)
class Person:
    """Somebody with an account; the administrator may also enter /admin/ and /style/."""

    username: str
    first_name: str
    last_name: str
    role: Role
    is_administrator: bool = False


@dataclass(frozen=True)
class Account:
    """An account as it is told to the one who made the demo. `password` is None when it had one before."""

    username: str
    role: Role
    is_administrator: bool
    password: str | None


PEOPLE = (
    Person("inez", "Inez", "Okafor", Role.OWNER, is_administrator=True),
    Person("jonas", "Jonas", "Brandt", Role.EDITOR),
    Person("kim", "Kim", "Sato", Role.REVIEWER),
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
WORDS_IN_PASSWORD, HIGHEST_NUMBER = 3, 9000


def ensure_people() -> dict[str, User]:
    """The accounts by user name. New ones cannot log in yet: see `give_passwords`."""
    return {person.username: _ensure(person) for person in PEOPLE}


def give_passwords(people: dict[str, User]) -> list[Account]:
    """A password for each account that has none and was never used; only its hash is kept.

    It comes last, so that a demo that was broken off has not used up a password that nobody saw.
    """
    with transaction.atomic():
        return [_account(person, people[person.username]) for person in PEOPLE]


def memorable_password() -> str:
    """Three words and a number of four digits: about 34 bits, `lantern-otter-plum-4711`."""
    known = _WORDS.split()
    words = [secrets.choice(known) for _ in range(WORDS_IN_PASSWORD)]
    return "-".join([*words, str(1000 + secrets.randbelow(HIGHEST_NUMBER))])


def _ensure(person: Person) -> User:
    names = {"first_name": person.first_name, "last_name": person.last_name}
    rights = {"is_staff": person.is_administrator, "is_superuser": person.is_administrator}
    # Without a password that could ever match; an account that was there before keeps all that it has.
    user, _ = User.objects.get_or_create(
        username=person.username, defaults={**names, **rights, "password": "!"}
    )
    return user


def _account(person: Person, user: User) -> Account:
    password = None
    if not user.has_usable_password() and user.last_login is None:
        password = memorable_password()
        user.set_password(password)
        user.save(update_fields=["password"])
    return Account(person.username, person.role, user.is_superuser, password)

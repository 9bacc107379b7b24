"""The users of the demo: memorable passwords, and existing accounts."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.test import Client

from generation.demo.accounts import ensure_users, give_passwords, memorable_password


def test_passwords_differ_and_satisfy_the_validators() -> None:
    made = {memorable_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        validate_password(password, User(username="inez", first_name="Inez"))


@pytest.mark.django_db
def test_an_existing_account_keeps_its_password_and_rights(client: Client) -> None:
    User.objects.create_user("inez", password="a-password-of-her-own")
    inez, jonas, kim = give_passwords(ensure_users())
    assert (inez.password, inez.is_administrator) == (None, False)
    assert jonas.password != kim.password
    assert client.login(username="inez", password="a-password-of-her-own")
    assert not User.objects.get(username="inez").is_superuser

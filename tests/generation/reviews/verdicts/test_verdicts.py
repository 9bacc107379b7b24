"""What verdicts come to."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from generation import lifecycle
from generation.models import Guest, Note, Production, ShareLink, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.verdicts import review_state, verdicts
from library.models import Project, Role
from tests import factories
from tests.generation.views.conftest import make_take

Review = Take.Review


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


def state(take: Take) -> str:
    return Take.objects.get(pk=take.pk).review


def test_one_approval_approves(take: Take, rita: User) -> None:
    given = verdicts.decide(take, decision="approved", by=rita)
    assert (given.by, given.decision, take.review, state(take)) == (rita, "approved", "approved", "approved")


@pytest.mark.parametrize("decision", [state for state in Review if state.is_objection])
def test_an_objection_needs_a_reason(take: Take, rita: User, decision: str) -> None:
    with pytest.raises(verdicts.CannotDecide) as refusal:
        verdicts.decide(take, decision=decision, by=rita, reason=" \n")
    assert (refusal.value.field, take.verdicts.count(), state(take)) == ("reason", 0, "waiting")
    assert verdicts.decide(take, decision=decision, by=rita, reason=" The coat. ").reason == "The coat."
    assert state(take) == decision


@pytest.mark.parametrize(
    ("decision", "reason", "field"), [("maybe", "", "decision"), ("approved", "x" * 2001, "reason")]
)
def test_what_cannot_be_decided_names_its_field(
    take: Take, rita: User, decision: str, reason: str, field: str
) -> None:
    with pytest.raises(verdicts.CannotDecide) as refusal:
        verdicts.decide(take, decision=decision, by=rita, reason=reason)
    assert (refusal.value.field, take.verdicts.exists()) == (field, False)


def test_an_objection_outweighs_approvals_and_a_rejection_a_request(
    take: Take, alice: User, rita: User
) -> None:
    eve = factories.person("eve")
    seen = []
    for by, decision in [
        (alice, "approved"),
        (rita, "changes"),
        (eve, "rejected"),
        (eve, "approved"),
        (rita, "approved"),
    ]:
        verdicts.decide(take, decision=decision, by=by, reason="for this")
        seen.append(state(take))
    assert seen == ["approved", "changes", "rejected", "changes", "approved"]
    assert take.verdicts.count() == 5


def test_as_many_people_as_the_project_asks_for(take: Take, alice: User, rita: User) -> None:
    Production.objects.create(project=take.project, approvals_needed=2)
    verdicts.decide(take, decision="approved", by=rita)
    verdicts.decide(take, decision="approved", by=rita, reason="once more")
    assert state(take) == "waiting"
    verdicts.decide(take, decision="approved", by=alice)
    assert state(take) == "approved"


def test_the_same_said_twice_is_one_verdict(take: Take, rita: User) -> None:
    first = verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    again = verdicts.decide(take, decision="changes", by=rita, reason="The coat. ")
    assert (first, take.verdicts.count()) == (again, 1)
    verdicts.withdraw(take, by=rita)
    assert verdicts.decide(take, decision="changes", by=rita, reason="The coat.") != first


def test_an_objection_of_who_has_left_gives_way_also_to_a_word_said_before(
    take: Take, alice: User, rita: User
) -> None:
    given = verdicts.decide(take, decision="approved", by=alice)
    verdicts.decide(take, decision="rejected", by=rita, reason="The coat.")
    assert (verdicts.decide(take, decision="approved", by=alice), state(take)) == (given, "rejected")
    take.project.memberships.filter(user=rita).delete()
    assert (verdicts.decide(take, decision="approved", by=alice), state(take)) == (given, "approved")


def test_a_verdict_is_taken_back_and_nothing_older_counts_again(take: Take, alice: User, rita: User) -> None:
    verdicts.decide(take, decision="rejected", by=rita, reason="No.")
    verdicts.decide(take, decision="approved", by=rita)
    verdicts.withdraw(take, by=rita)
    assert (state(take), [one.decision for one in verdicts.counting_verdicts(take.verdicts.all())]) == (
        "waiting",
        [],
    )
    for person in (rita, alice):
        with pytest.raises(verdicts.CannotDecide):
            verdicts.withdraw(take, by=person)


def test_a_guest_advises(take: Take, alice: User) -> None:
    link = ShareLink.objects.create(project=take.project, kind="take", take=take, created_by=alice)
    guest = Guest.objects.create(link=link, name="Client")
    given = verdicts.decide(take, decision="rejected", guest=guest)
    assert (given.guest, given.reason, state(take)) == (guest, "", "waiting")
    assert verdicts.decide(take, decision="rejected", guest=guest) == given


def test_another_number_of_approvals_counts_all_takes_anew(take: Take, alice: User, rita: User) -> None:
    other = make_take(alice, take.project)
    verdicts.decide(take, decision="approved", by=rita)
    verdicts.decide(take, decision="approved", by=alice)
    verdicts.decide(other, decision="approved", by=rita)
    verdicts.set_approvals_needed(take.project, approvals=2, by=alice)
    assert (state(take), state(other)) == ("approved", "waiting")
    verdicts.set_approvals_needed(take.project, approvals=1, by=alice)
    assert (state(take), state(other)) == ("approved", "approved")


def test_approving_the_answer_resolves_the_note_and_taking_it_back_opens_it(
    take: Take, alice: User, rita: User
) -> None:
    asked = notes.write(take, text="Her coat turns blue.", author=rita, frame=58)
    answer = make_take(alice, take.project, shot=take.shot, for_note=asked)
    Production.objects.create(project=take.project, approvals_needed=2)
    verdicts.decide(answer, decision="approved", by=rita)
    assert Note.objects.get(pk=asked.pk).resolved_at is None
    verdicts.decide(answer, decision="approved", by=alice)
    done = Note.objects.get(pk=asked.pk)
    assert (done.resolved_by, done.resolved_by_take, done.resolved_at is None) == (alice, answer, False)
    verdicts.withdraw(answer, by=rita)
    assert Note.objects.get(pk=asked.pk).resolved_at is None


def test_a_note_stays_resolved_while_another_answer_is_approved(take: Take, alice: User, rita: User) -> None:
    asked = notes.write(take, text="Her coat turns blue.", author=rita)
    first, second = (make_take(alice, take.project, for_note=asked) for _ in range(2))
    for answer in (first, second):
        verdicts.decide(answer, decision="approved", by=alice)
    assert Note.objects.get(pk=asked.pk).resolved_by_take == first
    verdicts.decide(first, decision="rejected", by=alice, reason="The second one is better.")
    assert Note.objects.get(pk=asked.pk).resolved_by_take == second
    assert asked.notifications.filter(to=rita, kind="resolved").count() == 1
    verdicts.withdraw(second, by=alice)
    assert Note.objects.get(pk=asked.pk).resolved_at is None


def test_an_answer_to_a_reply_resolves_its_thread_and_a_deleted_note_nothing(
    take: Take, alice: User, rita: User
) -> None:
    root = notes.write(take, text="Her coat.", author=rita)
    reply = notes.write(take, text="Blue?", author=alice, parent=root)
    verdicts.decide(make_take(alice, take.project, for_note=reply), decision="approved", by=rita)
    assert Note.objects.get(pk=root.pk).resolved_at is not None
    gone = notes.write(take, text="The lamps.", author=rita)
    answer = make_take(alice, take.project, for_note=gone)
    notes.delete(gone)
    verdicts.decide(answer, decision="approved", by=rita)
    assert state(answer) == "approved"


def test_a_shot_is_approved_once_a_take_is_and_a_new_take_reopens_what_was_asked(
    take: Take, bob: User, rita: User
) -> None:
    shot, project = take.shot, take.project
    assert review_state.of_shot(shot) == "waiting"
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    assert review_state.of_shot(shot) == "changes"
    second = make_take(bob, project, shot=shot)
    assert review_state.of_shot(shot) == "waiting"
    verdicts.decide(second, decision="approved", by=rita)
    make_take(bob, project, shot=shot)
    assert review_state.of_shot(shot) == "approved"
    assert review_state.of_shot(Shot.objects.create(project=project, code="020")) == ""


def test_an_abandoned_take_does_not_speak_for_its_shot(take: Take, bob: User, rita: User) -> None:
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    late = make_take(bob, take.project, shot=take.shot, abandoned_at="2026-01-01T00:00:00Z")
    assert review_state.of_shot(take.shot) == "changes"
    # Nor does its approval: it is not exported either, until somebody wants it again.
    verdicts.decide(late, decision="approved", by=rita)
    assert review_state.of_shot(take.shot) == "changes"
    lifecycle.restore(late.job, by=bob)
    assert review_state.of_shot(take.shot) == "approved"


def test_what_waits_for_whose_verdict(take: Take, alice: User, bob: User, rita: User, vera: User) -> None:
    Production.objects.create(project=take.project, approvals_needed=2)
    make_take(bob, take.project, abandoned_at="2026-01-01T00:00:00Z")
    everyone = (alice, bob, rita, vera)

    def waits() -> list[bool]:
        return [list(review_state.needing_verdict_of(person)) == [take] for person in everyone]

    assert waits() == [True, False, True, False]
    verdicts.decide(take, decision="approved", by=rita)
    assert waits() == [True, False, False, False]
    verdicts.withdraw(take, by=rita)
    assert waits() == [True, False, True, False]
    verdicts.decide(take, decision="changes", by=alice, reason="The coat.")
    assert waits() == [False] * 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("project")
def test_verdicts_given_at_once_are_all_counted(bob: User, alice: User, project: Project) -> None:
    """Each alone sees one approval too few; with the last of them the take is approved, whoever that is."""
    people = [factories.person(f"reviewer-{number}") for number in range(6)]
    for person in people:
        factories.join(project, person, Role.REVIEWER)
    verdicts.set_approvals_needed(project, approvals=6, by=alice)
    take = make_take(bob, project)

    def approve(person: User) -> None:
        try:
            verdicts.decide(Take.objects.get(pk=take.pk), decision="approved", by=person)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(approve, people))
    assert (state(take), take.verdicts.count()) == ("approved", 6)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_the_number_and_a_verdict_at_once_agree(
    bob: User, alice: User, rita: User, project: Project
) -> None:
    for _ in range(5):
        verdicts.set_approvals_needed(project, approvals=1, by=alice)
        take = make_take(bob, project)

        def ask(number: int) -> None:
            try:
                verdicts.set_approvals_needed(project, approvals=number, by=alice)
            finally:
                connection.close()

        def approve(found: Take) -> None:
            try:
                verdicts.decide(found, decision="approved", by=rita)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(approve, take), pool.submit(ask, 2)]
            [one.result() for one in done]
        assert state(take) == "waiting"

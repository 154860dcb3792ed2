"""The course of an experiment: looks at stored participants, as far apart as days are."""

from datetime import timedelta

import pytest

from app.deflection.course import MOST_LOOKS, follow_experiment
from app.deflection.every_look import Pair
from app.deflection.participants import experiment_key
from app.models import Experiment, Participant
from tests.app.deflection.timelines import START, WINDOW

DAY = timedelta(days=1)


@pytest.fixture
def experiment(sessions):
    running = Experiment(name="spring", percent=50, site="", started_at=START)
    with sessions() as session:
        session.expire_on_commit = False
        session.add(running)
        session.commit()
    return running


def enrol(sessions, experiment, *people):
    """Each: (day of the experiment, arm, tickets)."""
    key = experiment_key(experiment.name, experiment.percent, experiment.site)
    with sessions.begin() as session:
        for number, (day, arm, tickets) in enumerate(people):
            at = experiment.started_at + day * DAY
            session.add(Participant(experiment=key, visitor=f"{number}", arm=arm, enrolled_at=at,
                                    episodes=1, tickets=tickets))  # fmt: skip


def looks(sessions, experiment, now):
    with sessions() as session:
        return follow_experiment(session, experiment, window=WINDOW, now=now)


def test_every_look_counts_who_enrolled_before_and_was_followed_for_the_window(
    sessions, experiment
):
    enrol(sessions, experiment, (0.1, "control", 2), (0.2, "treatment", 0), (1.5, "treatment", 1))
    first, second, third = looks(sessions, experiment, START + WINDOW + 3 * DAY)
    assert [each.at for each in (first, second, third)] == [
        START + WINDOW + n * DAY for n in (1, 2, 3)
    ]
    one = {(2, 1): 1}
    assert first.avoided == Pair.of_clusters(one, {(0, 1): 1}, share=0.5).difference()
    assert second.avoided == Pair.of_clusters(one, {(0, 1): 1, (1, 1): 1}, share=0.5).difference()
    assert third.avoided == second.avoided
    assert {each.fewest for each in (first, second, third)} == {1}


def test_an_arm_without_visitors_is_nothing_to_look_at(sessions, experiment):
    enrol(sessions, experiment, (0.1, "control", 0), (2.1, "treatment", 0))
    assert len(looks(sessions, experiment, START + WINDOW + 3 * DAY)) == 1


def test_before_the_first_window_has_closed_there_is_nothing_to_look_at(sessions, experiment):
    enrol(sessions, experiment, (0.1, "control", 0), (0.1, "treatment", 0))
    assert looks(sessions, experiment, START + WINDOW) == []


def test_long_experiments_are_looked_at_more_rarely_and_up_to_their_end(sessions, experiment):
    enrol(sessions, experiment, (0.1, "control", 0), (0.1, "treatment", 0), (95, "control", 1))
    experiment.ended_at = START + 90 * DAY
    found = looks(sessions, experiment, START + 200 * DAY)
    assert len(found) == MOST_LOOKS
    assert found[-1].at == START + 90 * DAY + WINDOW
    assert found[-1].avoided.value == 0  # who came after the end is not of it

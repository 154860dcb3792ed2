"""Which document a passage belongs to: revisions follow one another and leave each other alone."""

from __future__ import annotations

import numpy as np

from search.passage_owners import PassageOwners


def known(owners, *ids):
    return owners.known(np.array(ids, np.int64)).tolist()


def test_passages_belong_to_their_documents_and_the_first_stands_for_the_title():
    owners = PassageOwners().changed([(1, 7, 0), (2, 7, 1), (5, 9, 0), (6, 9, -1)], ())
    assert owners.documents[[1, 2, 5, 6]].tolist() == [7, 7, 9, 9]
    assert owners.titles[[1, 2, 5, 6]].tolist() == [True, False, True, True]
    assert len(owners) == 4


def test_what_is_gone_or_not_yet_there_is_unknown():
    owners = PassageOwners().changed([(1, 7, 0), (2, 7, 1)], ()).changed((), [1])
    assert known(owners, 1, 2, 3, 1_000) == [False, True, False, False]
    assert len(owners) == 1
    assert known(PassageOwners(), 0, 1) == [False, False]
    assert known(PassageOwners()) == []


def test_a_revision_stays_as_it_was_when_another_follows():
    before = PassageOwners().changed([(1, 7, 0)], ())
    before.changed([(2, 8, 0)], [1])
    assert known(before, 1, 2) == [True, False]

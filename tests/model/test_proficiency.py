from hypothesis import given
from hypothesis import strategies as st

from testbed.model.proficiency import Assigned, Mark, Submission, score

SALT = "00" * 16
WHOLE = Assigned(item="device-01", simulator="plc", salt=SALT)
BROKEN = Assigned(item="device-02", simulator="bad", suite="s", breaks=("A-1", "A-2"), salt=SALT)


def handed(**broken):
    return Submission(bundle="b", broken={suite: frozenset(ids) for suite, ids in broken.items()})


def mark(assigned, *bundles):
    (found,) = score([assigned], {assigned.item: bundles})
    return found


def test_what_is_found_must_be_what_is_broken():
    assert mark(BROKEN, handed(s=["A-1", "A-2"])).mark is Mark.CONCORDANT
    less = mark(BROKEN, handed(s=["A-1"]))
    assert (less.mark, less.missed, less.accused) == (Mark.DISCORDANT, ("A-2",), ())
    more = mark(BROKEN, handed(s=["A-1", "A-2", "A-3"]))
    assert (more.mark, more.missed, more.accused) == (Mark.DISCORDANT, (), ("A-3",))
    assert mark(BROKEN, handed(s=[], t=["A-1", "A-2"])).mark is Mark.DISCORDANT


def test_only_the_suite_that_a_mutant_breaks_is_looked_at_but_every_suite_of_a_whole_device():
    assert mark(BROKEN, handed(s=["A-1", "A-2"], t=["B-1"])).mark is Mark.CONCORDANT
    assert mark(WHOLE, handed(s=[], t=[])).mark is Mark.CONCORDANT
    assert mark(WHOLE, handed(s=[], t=["B-1"])).accused == ("B-1",)


def test_a_run_that_could_not_tell_does_not_find_a_device_whole():
    blind = handed(s=[], t=[]).model_copy(update={"is_conformant": False})
    found = mark(WHOLE, blind)
    assert (found.mark, "left open" in found.why) == (Mark.DISCORDANT, True)
    accused = handed(s=["A-1", "A-2"]).model_copy(update={"is_conformant": False})
    assert mark(BROKEN, accused).mark is Mark.CONCORDANT


def test_nothing_handed_in_two_bundles_and_a_refused_one_score_nothing():
    assert mark(BROKEN).mark is Mark.MISSING
    twice = mark(BROKEN, handed(s=["A-1", "A-2"]), handed(s=["A-1", "A-2"]))
    assert (twice.mark, "answers once" in twice.why) == (Mark.REFUSED, True)
    refused = mark(BROKEN, Submission(bundle="b", refused="not as signed"))
    assert (refused.mark, refused.why) == (Mark.REFUSED, "not as signed")


@given(st.sets(st.sampled_from("ABCD")), st.sets(st.sampled_from("ABCD")))
def test_a_mark_is_good_only_for_equality(breaks, found):
    one = Assigned(item="device-01", simulator="x", suite="s", breaks=tuple(sorted(breaks)), salt=SALT)
    got = mark(one, handed(s=found))
    assert (got.mark is Mark.CONCORDANT) == (breaks == found)
    assert set(got.missed) == breaks - found
    assert set(got.accused) == found - breaks


def test_a_commitment_fits_one_answer():
    others = [
        WHOLE,
        BROKEN,
        BROKEN.model_copy(update={"breaks": ("A-1",)}),
        BROKEN.model_copy(update={"item": "device-03"}),
        BROKEN.model_copy(update={"salt": "01" * 16}),
        BROKEN.model_copy(update={"simulator": "worse"}),
    ]
    assert len({one.commitment for one in others}) == len(others)

"""Waivers are narrow and mortal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from testbed.model.declaration import Device
from testbed.model.disposition import dispositions
from testbed.model.document import DocumentError
from testbed.model.record import Resumed, outcome_of, roll_up
from testbed.model.verdict import Outcome, Verdict
from testbed.model.waiver import Waiver, read_waivers
from testbed.plugin.shelf import OWN, suites
from tests.model.sample import case, catalogue, header, requirement

PLAIN = {
    "requirement": "MB-FC03-QUANTITY-ZERO",
    "vendor": "Example Controls",
    "model": "PX-200",
    "firmware": "4.1.7",
    "reason": "known since 4.1.5, next firmware mends it",
    "link": "https://example.com/7",
    "approver": "Kim",
    "expires": date(2026, 12, 31),
}
WAIVER = Waiver.model_validate(PLAIN)


@pytest.mark.parametrize(
    ("requirement", "other", "on", "covered"),
    [
        ("MB-FC03-QUANTITY-ZERO", {}, date(2026, 12, 31), True),
        ("MB-FC03-QUANTITY-ZERO", {}, date(2027, 1, 1), False),
        ("MB-FC04-QUANTITY-ZERO", {}, date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", {"vendor": "Other Controls"}, date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", {"vendor": "example controls"}, date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", {"model": "PX-201"}, date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", {"firmware": "4.1.8"}, date(2026, 12, 31), False),
    ],
)
def test_a_waiver_covers_one_requirement_of_one_firmware_of_one_vendor_until_a_day(
    requirement, other, on, covered
):
    device = Device.model_validate(
        {"vendor": "Example Controls", "model": "PX-200", "firmware": "4.1.7"} | other
    )

    assert WAIVER.covers(requirement, device, on) is covered


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_waiver_is_stale_as_soon_as_it_no_longer_bites(verdict):
    assert WAIVER.is_stale(verdict, date(2026, 12, 31)) is (verdict is not Verdict.FAIL)
    assert WAIVER.is_stale(verdict, date(2027, 1, 1))


@pytest.mark.parametrize("field", PLAIN)
def test_every_part_is_demanded(field):
    with pytest.raises(ValidationError, match=field):
        Waiver.model_validate({name: value for name, value in PLAIN.items() if name != field})


@pytest.mark.parametrize("field", ["vendor", "model", "firmware", "reason", "link", "approver"])
def test_no_part_is_blank(field):
    with pytest.raises(ValidationError, match=field):
        Waiver.model_validate(PLAIN | {field: "  "})


TEXT = """\
# accepted until the next firmware
- requirement: MB-A-ONE
  vendor: V
  model: M
  firmware: "F"
  reason: known
  link: https://example.test/7
  approver: Kim
  expires: 2026-12-31
"""
A, B = "MB-A-ONE", "MB-B-TWO"
SUITE = catalogue(
    requirement(A),
    requirement(B),
    requirement("MB-S-SHOULD", level="SHOULD"),
    requirement("MB-R-REMEMBERED", basis="memory"),
    requirement("MB-U-UNSEEN", untestable="not observable on the wire"),
)


def waiver(**changes):
    plain = PLAIN | {"requirement": A, "vendor": "V", "model": "M", "firmware": "F"}
    return Waiver.model_validate(plain | changes)


def test_the_document_is_read():
    (one,) = read_waivers(TEXT, "waivers.yaml", [SUITE])

    assert (one.requirement, one.vendor, one.model, one.firmware, one.approver) == (A, "V", "M", "F", "Kim")
    assert one.expires == date(2026, 12, 31)
    assert read_waivers("[]", "waivers.yaml", [SUITE]) == ()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "MB-A-ONE",
            "MB-A-ONF",
            "line 2: no installed suite has a requirement MB-A-ONF; did you mean MB-A-ONE?",
        ),
        (
            "MB-A-ONE",
            "XX-99-YYYYYYY",
            "line 2: no installed suite has a requirement XX-99-YYYYYYY; `testbed cat",
        ),
        (
            "MB-A-ONE",
            "MB-S-SHOULD",
            "line 2: MB-S-SHOULD needs no waiver: it is a SHOULD, which never blocks",
        ),
        (
            "MB-A-ONE",
            "MB-R-REMEMBERED",
            "line 2: MB-R-REMEMBERED needs no waiver: nobody has read its clause",
        ),
        (
            "MB-A-ONE",
            "MB-U-UNSEEN",
            "line 2: MB-U-UNSEEN needs no waiver: it is not judged (not observable on",
        ),
        ("MB-A-ONE", "a clause", "line 2: `0.requirement`"),
        (
            "model: M",
            "model: '*'",
            "line 4: `0.model`: a waiver is narrow: write the one vendor, model and firm",
        ),
        ("vendor: V", "vendor: all", "line 3: `0.vendor`: a waiver is narrow"),
        ("vendor: V", "vendor: 'V*'", "line 3: `0.vendor`: a waiver is narrow"),
        ("vendor: V", "vendor: ' '", "line 3: `0.vendor`"),
        ("  vendor: V\n", "", "line 2: `0.vendor` is missing"),
        ('firmware: "F"', 'firmware: "4.?"', "line 5: `0.firmware`: a waiver is narrow"),
        ('firmware: "F"', "firmware: Any", "line 5: `0.firmware`: a waiver is narrow"),
        ('firmware: "F"', 'firmware: ""', "line 5: `0.firmware`"),
        (
            'firmware: "F"',
            "firmware: 4.1",
            "line 5: `0.firmware`: input should be a valid string (it is 4.1)",
        ),
        ("known", "k" * 501, "line 6: `0.reason`"),
        ("2026-12-31", "never", "line 9: `0.expires`"),
        ("2026-12-31", "4102444800", "is not a day"),
        ("2026-12-31", '"4102444800"', "is not a day"),
        ("2026-12-31", "2026-13-31", "line 9: month must be in 1..12"),
        ("  expires: 2026-12-31\n", "", "line 2: `0.expires` is missing"),
        ("approver", "aprover", "line 8: unknown key `0.aprover`; did you mean `approver`?"),
        ("- requirement", "requirement", "is not YAML"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(old, new, complaint):
    assert TEXT.count(old) == 1

    with pytest.raises(DocumentError) as refused:
        read_waivers(TEXT.replace(old, new), "waivers.yaml", [SUITE])

    assert complaint in str(refused.value)


@pytest.mark.parametrize("text", ["waivers: []", "MB-A-ONE", "3"])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(DocumentError, match="line 1: must be a list"):
        read_waivers(text, "waivers.yaml", [SUITE])


def test_two_for_the_same_thing_are_refused_and_two_firmwares_are_two_things():
    with pytest.raises(
        DocumentError, match="line 11: MB-A-ONE is waived for this device already, by entry 1"
    ):
        read_waivers(TEXT + TEXT, "waivers.yaml", [SUITE])

    for other in (TEXT.replace('"F"', '"G"'), TEXT.replace("vendor: V", "vendor: W")):
        assert len(read_waivers(TEXT + other, "waivers.yaml", [SUITE])) == 2


def judged(**verdicts):
    return roll_up([SUITE], [case({A: verdicts.get("a", Verdict.PASS), B: verdicts.get("b", Verdict.PASS)})])


def test_a_waiver_that_bites_is_accepted():
    found = dispositions(header(waivers=(waiver(),)), judged(a=Verdict.FAIL))

    assert (found.accepted, found.stale, found.waived) == ((waiver(),), (), {A: True})


@pytest.mark.parametrize(
    ("verdict", "expires", "started", "said"),
    [
        (Verdict.PASS, "2026-12-31", "2026-11-22T09:30:00Z", "no longer bites (verdict PASS)"),
        (Verdict.NOT_APPLICABLE, "2026-12-31", "2026-11-22T09:30:00Z", "no longer bites (verdict NOT_APP"),
        (Verdict.FAIL, "2026-11-21", "2026-11-22T09:30:00Z", "expired on 2026-11-21"),
        (Verdict.FAIL, "2026-11-22", "2026-11-23T08:00:00+09:00", None),  # still the 22nd in UTC
        (Verdict.FAIL, "2026-11-22", "2026-11-22T23:59:59", None),  # its last day is a good day
        (Verdict.FAIL, "2026-11-22", "2026-11-22T23:30:00-01:00", "expired on 2026-11-22"),
        (Verdict.FAIL, "9999-12-31", "some day", "expired"),  # who does not know the day trusts no waiver
    ],
)
def test_the_day_of_the_run_decides_in_utc(verdict, expires, started, said):
    one = waiver(expires=expires)
    found = dispositions(header(waivers=(one,), started=started), judged(a=verdict))

    if said is None:
        assert found.waived == {A: True}
    else:
        (stale,) = found.stale
        assert said in stale.said.en
        assert A in stale.said.ko
        assert found.waived == {}


def went_on(at):
    return Resumed(at=at, kept=1, ran_s=1.0, tester="t", platform="p")


@pytest.mark.parametrize(
    ("days", "held"),
    [
        (["2026-11-22T23:50:00Z"], True),  # the day on which it ends
        (["2026-11-23T08:59:59+09:00"], True),  # still the 22nd in UTC
        (["2026-11-23T00:00:00Z"], False),
        (["2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"], False),  # the last time counts
        (["2026-11-21T10:00:00Z"], True),  # a clock put back makes no run older
        (["some day"], False),
    ],
)
def test_a_waiver_must_still_hold_when_a_stopped_run_goes_on(days, held):
    one = waiver(expires="2026-11-22")
    lines = [went_on(at) for at in days]
    found = dispositions(header(waivers=(one,)), judged(a=Verdict.FAIL), lines)

    assert found.accepted == ((one,) if held else ())
    assert [stale.expired for stale in found.stale] == ([] if held else [True])


def test_a_clock_put_back_revives_no_waiver():
    one = header(waivers=(waiver(expires="2026-11-21"),))
    lines = [went_on("2026-11-21T10:00:00Z")]

    assert dispositions(one, judged(a=Verdict.FAIL), lines).accepted == ()


@pytest.mark.parametrize("other", [{"vendor": "W"}, {"model": "N"}, {"firmware": "G"}])
def test_waivers_of_other_devices_say_nothing(other):
    found = dispositions(header(waivers=(waiver(**other),)), judged(a=Verdict.FAIL))

    assert (found.accepted, found.stale) == ((), ())


def outcome_with(found, verdicts):
    return outcome_of(
        verdicts,
        finished=True,
        selected_by_hand=False,
        waived=found.waived,
        stale_waiver=bool(found.stale),
    )


@pytest.mark.parametrize(
    ("waivers", "verdicts", "outcome"),
    [
        ([], {"a": Verdict.FAIL}, Outcome.NOT_CONFORMANT),
        ([{}], {"a": Verdict.FAIL}, Outcome.CONFORMANT_WITH_WAIVERS),
        ([{}], {"a": Verdict.FAIL, "b": Verdict.FAIL}, Outcome.NOT_CONFORMANT),
        ([{}, {"requirement": B}], {"a": Verdict.FAIL, "b": Verdict.FAIL}, Outcome.CONFORMANT_WITH_WAIVERS),
        ([{}], {}, Outcome.INCOMPLETE),
        ([{}, {"requirement": B}], {"a": Verdict.FAIL}, Outcome.INCOMPLETE),
        ([{"expires": "2026-11-21"}], {}, Outcome.INCOMPLETE),
        ([{"expires": "2026-11-21"}], {"a": Verdict.FAIL}, Outcome.NOT_CONFORMANT),
        ([{"firmware": "G"}], {}, Outcome.CONFORMANT),
        ([{"vendor": "W"}], {"a": Verdict.FAIL}, Outcome.NOT_CONFORMANT),
        ([{}], {"a": Verdict.FAIL, "b": Verdict.INCONCLUSIVE}, Outcome.INCOMPLETE),
    ],
)
def test_the_outcome_follows(waivers, verdicts, outcome):
    one = header(waivers=tuple(waiver(**changes) for changes in waivers))
    found = judged(**verdicts)

    assert outcome_with(dispositions(one, found), found) is outcome


@given(
    verdicts=st.fixed_dictionaries({name: st.sampled_from(Verdict) for name in (A, B, "MB-S-SHOULD")}),
    waivers=st.lists(
        st.builds(
            waiver,
            requirement=st.sampled_from([A, B, "MB-S-SHOULD", "MB-Z-ELSEWHERE"]),
            vendor=st.sampled_from(["V", "W"]),
            model=st.sampled_from(["M", "N"]),
            firmware=st.sampled_from(["F", "G"]),
            expires=st.dates(date(2026, 11, 20), date(2026, 11, 25)),
        ),
        max_size=6,
    ),
    started=st.dates(date(2026, 11, 20), date(2026, 11, 25)),
)
def test_no_set_of_waivers_hides_a_failure_that_none_of_them_covers(verdicts, waivers, started):
    one = header(waivers=tuple(waivers), started=f"{started}T12:00:00Z")
    found = roll_up([SUITE], [case(verdicts)])
    outcome = outcome_with(dispositions(one, found), found)

    of_device = [w for w in waivers if (w.vendor, w.model, w.firmware) == ("V", "M", "F")]
    covered = {w.requirement for w in of_device if started <= w.expires}
    bare = {name for name in (A, B) if verdicts[name] is Verdict.FAIL} - covered
    idle = [w for w in of_device if started > w.expires or verdicts.get(w.requirement) is not Verdict.FAIL]
    assert (outcome is Outcome.NOT_CONFORMANT) == bool(bare)
    if idle and not bare:
        assert outcome is Outcome.INCOMPLETE
    if outcome is Outcome.CONFORMANT_WITH_WAIVERS:
        assert covered & {name for name in (A, B) if verdicts[name] is Verdict.FAIL}
    if outcome is Outcome.CONFORMANT:
        assert Verdict.FAIL not in {verdicts[A], verdicts[B]}


def test_the_example_can_be_read():
    text = (OWN / "waivers-example.yaml").read_text(encoding="utf-8")
    (one,) = read_waivers(text, "example", [suite.catalogue for suite in suites().values()])
    assert (one.vendor, one.model, str(one.requirement)) == (
        "Example Controls",
        "PX-200",
        "MB-FC03-QUANTITY-ZERO",
    )

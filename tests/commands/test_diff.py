"""`testbed diff`: what a person and a script are told about two bundles."""

import json

import pytest

from tests.commands.test_report import lines_of


def doctored(bundle, change):
    """A change to the record of a bundle; `diff` reads records, `verify` says whether they are true."""
    lines_of(bundle, change)
    return bundle


def fails(lines):
    """Turn what was found about one requirement into a FAIL."""
    for line in lines:
        for finding in line.get("findings", ()):
            if finding["requirement"] == "MB-FC01-QUANTITY-ZERO":
                finding["verdict"] = line["verdict"] = "FAIL"
    lines[-1]["outcome"] = "NOT_CONFORMANT"
    return lines


def test_nothing_changed(granted, copied, said):
    status, out, err = said("diff", granted, copied)

    assert (status, err) == (0, "")
    assert out.splitlines()[1:] == ["outcome: CONFORMANT → CONFORMANT (unchanged)", "no verdict changed"]


def test_all_lists_what_did_not_change(granted, copied, said):
    status, out, _ = said("diff", granted, copied, "--all")

    assert status == 0
    assert "PASS → PASS" in out
    assert "MB-FC01-QUANTITY-ZERO" in out


def test_worse_and_better(granted, copied, said):
    doctored(copied, fails)

    status, out, _ = said("diff", granted, copied)
    assert status == 1
    assert "outcome: CONFORMANT → NOT_CONFORMANT" in out
    assert (
        "worse: 1\n  PASS → FAIL                     MB-FC01-QUANTITY-ZERO  AP 6.1  A request for no" in out
    )
    assert "\x1b[" not in out

    status, out, _ = said("diff", copied, granted)
    assert status == 2
    assert "better: 1\n  FAIL → PASS " in out


def test_in_korean(granted, copied, said):
    _, out, _ = said("diff", granted, doctored(copied, fails), "--lang", "ko")

    assert "종합 판정: CONFORMANT → NOT_CONFORMANT" in out
    assert "나빠짐: 1" in out
    assert "예외 코드 03으로 응답하여야 한다" in out


def test_for_scripts(granted, copied, said):
    status, out, _ = said("diff", granted, doctored(copied, fails), "--json")

    told = json.loads(out)
    (changed,) = [one for one in told["requirements"] if one["change"] != "same"]
    assert status == 1
    assert told["outcome"] == {"was": "CONFORMANT", "is": "NOT_CONFORMANT"}
    assert told["comparable"] is True
    assert changed == {
        "id": "MB-FC01-QUANTITY-ZERO",
        "suite": "modbus_tcp_server",
        "was": "PASS",
        "is": "FAIL",
        "change": "worse",
        "waived": {"was": False, "is": False},
        "clause": {"AP": "6.1"},
    }
    assert {one["change"] for one in told["cases"]} == {"worse"}


def test_why_it_is_not_comparable(granted, copied, said):
    def another(lines):
        lines[0]["suites"][0] |= {"version": "9.9.9", "digest": "0" * 64}
        lines[0]["declaration"]["sessions"] = 1
        return lines[:-1]

    status, out, _ = said("diff", granted, doctored(copied, another))

    assert status == 1
    assert "NOT COMPARABLE: a verdict may have changed because of:" in out
    assert "9.9.9, digest 0000" in out
    assert "end of the run: whole → -" in out
    assert "outcome: CONFORMANT → INCOMPLETE" in out


def test_cases_that_came_and_went(granted, copied, said):
    def renamed(lines):
        next(line for line in lines if line.get("verdict") == "PASS")["case"] += "[new]"
        return lines

    status, out, _ = said("diff", granted, doctored(copied, renamed))

    assert status == 0
    assert "cases: 2\n" in out
    assert "PASS → - " in out
    assert "- → PASS " in out


def test_a_hostile_record_does_not_command_the_terminal(granted, copied, said):
    def hostile(lines):
        lines[0]["declaration"]["device"]["model"] = "\x1b[2J\u202eevil"
        lines[1]["case"] = "\x1b]0;title\x07"
        return lines

    _, out, _ = said("diff", granted, doctored(copied, hostile))

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[2J\\u202eevil" in out


@pytest.mark.parametrize("content", ["", "{}\n", "\x00"])
def test_what_is_no_bundle_is_said_once(granted, tmp_path, said, content):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "results.jsonl").write_text(content, encoding="utf-8")

    status, out, err = said("diff", granted, "bad")

    assert (status, out) == (64, "")
    assert len(err.splitlines()) == 1
    assert "bad/results.jsonl" in err


def test_a_folder_that_is_not_there(granted, said):
    status, out, err = said("diff", granted, "nowhere")

    assert (status, out) == (64, "")
    assert "nowhere" in err

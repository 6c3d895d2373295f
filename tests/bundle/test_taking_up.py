"""A stopped run is taken up where it stood, or refused with one sentence; nothing is changed before that."""

import os
import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.bundle.journal import JOURNAL, FileJournal, Leased, read_journal
from testbed.bundle.reader import BundleError, parse_record, read_record
from testbed.bundle.taking_up import take_up
from testbed.bundle.writer import BundleWriter
from testbed.model.declaration import Declaration
from testbed.model.record import ALL_TRAFFIC, Resumed
from testbed.model.verdict import Verdict
from tests.model.sample import case, footer, header

DECLARATION, PROFILE = b"declaration\n", b"profile\n"
DECLARED = Declaration.model_validate(
    {
        "device": {"vendor": "V", "model": "M", "firmware": "F"},
        "profile": "modbus-tcp-server@1",
        "connect": "sim:plc",
        "supports": ["fc03", "fc06"],
        "timing": {"reply_within": "500 ms"},
        "holding_registers": [{"first": 0, "count": 10}, {"first": 400, "count": 16, "scratch": True}],
        "files": [{"file": 3, "first": 0, "count": 4}, {"file": 4, "first": 7, "count": 4, "scratch": True}],
    }
)
HEADER = header(
    declaration=DECLARED,
    declaration_sha256=sha256(DECLARATION).hexdigest(),
    profile_sha256=sha256(PROFILE).hexdigest(),
)


def found(name, capture="", **more):
    return case({"MB-A": Verdict.PASS}, name=name, capture=capture, **more)


def resumed(**more):
    plain = {"at": "2026-11-22T10:00:00Z", "kept": 1, "ran_s": 1.0, "tester": "t", "platform": "p"}
    return Resumed.model_validate(plain | more)


def bundle(folder, *entries, head=HEADER):
    """Write a record as far as it got; return its folder."""
    writer = BundleWriter(folder / "bundle", declaration=DECLARATION, profile=PROFILE)
    writer.line(head)
    for entry in entries:
        if isinstance(entry, bytes):
            entry = found(f"of {entry!r}", writer.keep(entry))  # noqa: PLW2901 - a case with this capture
        writer.line(entry)
    writer.close()
    return folder / "bundle"


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder):
    """Return why a run cannot go on; nothing in its folder is touched."""
    before = files(folder)
    with pytest.raises(BundleError) as caught:
        take_up(folder)
    assert files(folder) == before
    return str(caught.value)


def test_what_is_whole_is_kept_and_what_is_not_is_cut_off(tmp_path):
    folder = bundle(tmp_path, found("a", at=1.0, duration_s=0.5), b"kept")
    whole = (folder / "results.jsonl").read_bytes()
    half = b'{"kind":"case","suite":"\xc3'
    (folder / "results.jsonl").write_bytes(whole + half)
    (folder / "wire" / "stray.pcapng").write_bytes(b"half a capture")
    (folder / "report.html").write_bytes(b"of the stopped run")
    (folder / "statement.json").write_bytes(b"of the stopped run")

    taken = take_up(folder)

    assert [one.case for one in taken.record.cases] == ["a", "of b'kept'"]
    assert (taken.cut, taken.ran_s) == (len(half), 1.5)
    writer = taken.go_on()
    writer.line(resumed(cut=taken.cut))
    writer.line(found("b"))
    writer.line(footer())
    writer.close()
    assert (folder / "results.jsonl").read_bytes().startswith(whole + b'{"kind":"resumed"')
    record = read_record(folder)
    assert [one.case for one in record.cases] == ["a", "b", "of b'kept'"]
    assert (record.resumed[0].cut, record.footer.interrupted) == (len(half), False)
    assert [path.name for path in (folder / "wire").iterdir()] == [f"{sha256(b'kept').hexdigest()}.pcapng"]
    assert not (folder / "report.html").exists()
    assert not (folder / "statement.json").exists()


def test_a_stopped_runs_footer_no_longer_counts(tmp_path):
    before = footer(interrupted=True, duration_s=9.0)
    folder = bundle(tmp_path, found("a"), found(ALL_TRAFFIC), before)
    taken = take_up(folder)
    assert (taken.ran_s, taken.record.footer) == (9.0, before)
    writer = taken.go_on()
    for line in (resumed(), found("b"), found(ALL_TRAFFIC), footer()):
        writer.line(line)
    writer.close()
    record = read_record(folder)
    assert [one.case for one in record.cases] == ["a", "b", ALL_TRAFFIC]
    assert not record.footer.interrupted


def test_a_run_whose_report_was_not_written_yet_is_taken_up(tmp_path):
    folder = bundle(tmp_path, found("a"), footer())
    take_up(folder).leave()
    (folder / "report.html").write_bytes(b"")
    assert (
        refused(folder)
        == f"{folder}: this run has ended and its report is signed; there is nothing to resume"
    )


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_record_is_cut_before_a_case_whose_capture_is_not_whole(tmp_path, how):
    folder = bundle(tmp_path, b"one", b"two", found("three"))
    path = folder / "wire" / f"{sha256(b'two').hexdigest()}.pcapng"
    path.write_bytes(b"tw") if how == "changed" else path.unlink()
    taken = take_up(folder)
    assert [one.case for one in taken.record.cases] == ["of b'one'"]
    taken.go_on().close()
    assert [one.case for one in read_record(folder).cases] == ["of b'one'"]
    assert len(list((folder / "wire").iterdir())) == 1


def test_two_cannot_write_on_one_run(tmp_path):
    folder = bundle(tmp_path, found("a"))
    taken = take_up(folder)
    assert "another process is still writing this run" in refused(folder)
    taken.leave()
    take_up(folder).leave()
    writing = BundleWriter(tmp_path / "new", declaration=b"", profile=b"")
    writing.line(HEADER)
    assert "another process is still writing this run" in refused(tmp_path / "new")
    writing.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda folder: (folder / "declaration.yaml").write_bytes(b"other"),
            "was changed since this run began",
        ),
        (lambda folder: (folder / "profile.yaml").write_bytes(b"other"), "was changed since this run began"),
        (lambda folder: (folder / "declaration.yaml").unlink(), "is missing"),
        (lambda folder: (folder / "results.jsonl").write_bytes(b""), "nothing was judged"),
        (lambda folder: (folder / "results.jsonl").write_bytes(b'{"kind":"hea'), "nothing was judged"),
        (lambda folder: (folder / "results.jsonl").unlink(), "is a bundle?"),
        (lambda folder: (folder / "results.jsonl").write_bytes(b"nonsense\n"), "line 1"),
        (lambda folder: (folder / JOURNAL).write_bytes(b"nonsense\n"), "line 1"),
        (lambda folder: (folder / JOURNAL).symlink_to("/etc/passwd"), "cannot be read as a regular file"),
    ],
)
def test_what_cannot_go_on_is_refused_untouched(tmp_path, spoil, said):
    folder = bundle(tmp_path, found("a"))
    spoil(folder)
    with pytest.raises(BundleError, match=re.escape(said) if said != "is a bundle?" else "a bundle\\?"):
        take_up(folder)


@pytest.mark.parametrize("how", ["link", "pipe", "folder"])
def test_a_record_that_is_no_file_of_the_bundle_is_not_opened(tmp_path, how):
    folder = bundle(tmp_path, found("a"))
    results, elsewhere = folder / "results.jsonl", tmp_path / "of-somebody-else"
    results.rename(elsewhere)
    before = elsewhere.read_bytes()
    {
        "link": lambda: results.symlink_to(elsewhere),
        "pipe": lambda: os.mkfifo(results),
        "folder": results.mkdir,
    }[how]()
    assert "regular file" in refused(folder)
    assert elsewhere.read_bytes() == before


def test_a_choice_that_nobody_knows_any_more(tmp_path):
    folder = bundle(tmp_path, found("a"), head=HEADER.model_copy(update={"selected_by_hand": "3 left out"}))
    assert "which ones is not known any more" in refused(folder)
    journal = FileJournal(folder)
    journal.chosen(["some_suite/a", "some_suite/b"])
    journal.close(done=False)
    taken = take_up(folder)
    assert taken.undone.chosen == ("some_suite/a", "some_suite/b")
    taken.leave()


@pytest.mark.parametrize(
    ("first", "values", "good"),
    [(400, [1] * 16, True), (399, [1], False), (415, [1, 2], False), (0, [1], False)],
)
def test_a_journal_names_scratch_values_or_nothing_is_written(tmp_path, first, values, good):
    folder = bundle(tmp_path, found("a"))
    journal = FileJournal(folder)
    journal.leased("registers", first, values, single=False)
    journal.close(done=False)
    if good:
        taken = take_up(folder)
        assert taken.undone.leased[0].values == tuple(values)
        taken.leave()
    else:
        assert "are no scratch values of the declaration" in refused(folder)


@pytest.mark.parametrize(
    ("table", "file", "first", "count", "good"),
    [
        ("files", 4, 7, 4, True),
        ("files", 4, 6, 1, False),
        ("files", 4, 7, 5, False),
        ("files", 3, 0, 1, False),  # not scratch
        ("files", 0, 400, 1, False),  # a register that says it is a record
        ("registers", 4, 400, 1, False),  # and the other way round
        ("registers", 4, 7, 1, False),
    ],
)
def test_a_journal_names_scratch_records_or_nothing_is_written(tmp_path, table, file, first, count, good):  # noqa: PLR0913, PLR0917 - one entry
    folder = bundle(tmp_path, found("a"))
    journal = FileJournal(folder)
    journal.leased(table, first, [1] * count, single=False, file=file)
    journal.close(done=False)
    if good:
        taken = take_up(folder)
        assert (taken.undone.leased[0].file, str(taken.undone.leased[0])) == (4, "file 4, records 7 to 10")
        taken.leave()
    else:
        assert "are no scratch values of the declaration" in refused(folder)


def test_a_journal_knows_what_is_still_to_be_put_back(tmp_path):
    journal = FileJournal(tmp_path)
    one = journal.leased("registers", 400, [1, 2], single=False)
    two = journal.leased("coils", 7, [True, False], single=True)
    journal.restored(one)
    journal.close(done=False)
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"kind":"restored","num')
    undone = read_journal(tmp_path)
    assert undone.leased == (Leased(number=two, table="coils", first=7, values=(1, 0), single=True),)
    assert (undone.last, str(undone.leased[0])) == (2, "coils 7 to 8")
    again = FileJournal(tmp_path, undone.last)
    assert again.leased("registers", 400, [3], single=False) == 3
    again.close(done=True)
    assert not (tmp_path / JOURNAL).exists()
    assert read_journal(tmp_path).leased == ()


WHOLE = [HEADER, found("a"), found("b"), footer(interrupted=True), resumed(), found("c"), footer()]
DATA = b"".join(line.model_dump_json().encode() + b"\n" for line in WHOLE)


@given(st.integers(0, len(DATA)))
def test_a_record_cut_anywhere_is_read_up_to_its_last_whole_line_or_refused(size):
    cut = DATA[:size]
    whole = cut[: cut.rfind(b"\n") + 1]
    if whole:
        record = parse_record(whole, "r")
        assert len(record.cases) == whole.count(b'"kind":"case"')
    else:
        with pytest.raises(BundleError):
            parse_record(whole, "r")


@given(st.permutations(range(len(WHOLE))))
def test_lines_stand_in_one_order_only(order):
    lines = [WHOLE[at] for at in order]
    kinds = [line.kind for line in lines]
    data = b"".join(line.model_dump_json().encode() + b"\n" for line in lines)
    after = [kinds[at + 1] for at, kind in enumerate(kinds[:-1]) if kind == "footer"]
    if kinds[0] == "header" and set(after) <= {"resumed"}:
        assert len(parse_record(data, "r").cases) == 3
    else:
        with pytest.raises(BundleError, match="cannot stand here"):
            parse_record(data, "r")


def test_no_case_stands_twice():
    lines = [HEADER, found("a"), resumed(), found("a")]
    data = b"".join(line.model_dump_json().encode() + b"\n" for line in lines)
    with pytest.raises(BundleError, match=r"line 4: case 'some_suite/a' stands there twice"):
        parse_record(data, "r")


@pytest.mark.parametrize("name", ["lab.yaml", "waivers.yaml"])
def test_every_document_that_the_header_names_must_be_as_it_was(tmp_path, name):
    head = HEADER.model_copy(update={f"{name.removesuffix('.yaml')}_sha256": sha256(b"signed").hexdigest()})
    folder = bundle(tmp_path, found("a"), head=head)
    assert refused(folder) == f"{folder / name} is missing; put it back, or start a new run"
    (folder / name).write_bytes(b"other")
    assert "was changed since this run began" in refused(folder)
    (folder / name).write_bytes(b"signed")
    take_up(folder).leave()


def test_the_capture_of_preflight_must_be_whole_and_stays(tmp_path):
    capture = f"wire/{sha256(b'preflight').hexdigest()}.pcapng"
    folder = bundle(tmp_path, found("a"), head=HEADER.model_copy(update={"preflight_capture": capture}))
    assert refused(folder) == f"{folder / capture} is missing; put it back, or start a new run"
    (folder / capture).write_bytes(b"preflight")
    take_up(folder).go_on().close()
    assert (folder / capture).read_bytes() == b"preflight"


def test_a_folder_of_captures_that_leads_elsewhere_is_refused_and_nothing_there_is_cleared_away(tmp_path):
    folder = bundle(tmp_path, found("a"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis.txt").write_bytes(b"years of work")
    (folder / "wire").rmdir()
    (folder / "wire").symlink_to(tmp_path / "elsewhere")
    assert refused(folder) == f"{folder / 'wire'} is no folder of its own; put it back, or start a new run"
    assert (tmp_path / "elsewhere" / "thesis.txt").exists()


def test_a_folder_among_the_captures_is_named_before_anything_is_changed(tmp_path):
    folder = bundle(tmp_path, found("a"))
    (folder / "wire" / "mine").mkdir()
    assert "holds a folder, mine, which no run makes" in refused(folder)


def test_a_capture_whose_name_no_file_can_have_is_refused(tmp_path):
    head = HEADER.model_copy(update={"preflight_capture": "wire/\0.pcapng"})
    assert "is no name of a file" in refused(bundle(tmp_path, found("a"), head=head))

"""What a device, a client or a doctored record may say is printed, and never obeyed by the terminal."""

import io
import sys
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from testbed.commands.console import complain
from testbed.commands.present import summary
from testbed.commands.progress import Watcher
from testbed.commands.session import Request, Result
from testbed.model.base import Text
from testbed.model.record import roll_up
from testbed.plugin.hooks import _lines
from tests.reports import sample

CLEARS = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\u2066\u200f\ufeff\ud800\x00[/bold][link=x]"
"""Clears a terminal, names its window, colours, turns the direction of text, and closes a tag of rich's."""


class Terminal(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self):
        return True


def evil_case(evil):
    """A record in which everything that may come from outside is evil."""
    said, first = Text(en=evil, ko=evil), sample.CASES[0]
    field = first.frames[0].fields[0].model_copy(update={"name": evil, "value": evil})
    frame = first.frames[0].model_copy(update={"fields": (field,), "note": evil})
    finding = first.findings[0].model_copy(update={"expected": said, "received": said})
    return first.model_copy(
        update={
            "case": evil,
            "reason": said,
            "log": (evil,),
            "writes": (evil,),
            "not_restored": (evil,),
            "frames": (frame,),
            "findings": (finding,),
        }
    )


def evil_header(evil):
    declaration = sample.header().declaration
    device = declaration.device.model_copy(update={"vendor": evil, "model": evil, "firmware": evil})
    return sample.header(declaration=declaration.model_copy(update={"device": device}))


def obeyed(text):
    """Characters that a terminal may obey, or that hide what stands there."""
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}} - {"\n"}


@given(st.text(min_size=1, max_size=300))
@example(CLEARS)
@settings(max_examples=50, deadline=None)
def test_what_is_printed_at_the_end(evil):
    header, case = evil_header(evil), evil_case(evil)
    judged = roll_up(sample.CATALOGUES, [case])
    out = io.StringIO()
    for dry in (False, True):
        request = Request(setup=None, folder=Path("bundle"), dry=dry)
        with redirect_stdout(out), redirect_stderr(out):
            summary(Result(request, header, sample.footer(), judged, [case]), "en")
            complain(evil)
        assert obeyed(out.getvalue()) == set()


@given(st.text(min_size=1, max_size=300))
@example(CLEARS)
@settings(max_examples=50, deadline=None)
def test_what_is_printed_on_the_way(evil):
    out = io.StringIO()
    with redirect_stderr(out):
        watcher = Watcher(verbose=True, lang="en")
        watcher.begun(evil_header(evil), [])
        watcher.found(evil_case(evil), b"")
    assert obeyed(out.getvalue() + "".join(_lines(evil_case(evil)))) == set()


def test_a_bar_shows_the_name_and_obeys_nothing_in_it(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "400")
    watcher = Watcher(verbose=False, lang="en")
    watcher.begun(evil_header(CLEARS), [])
    watcher.found(evil_case(CLEARS), b"")
    watcher.ended(sample.footer(), [])
    shown = terminal.getvalue()
    assert r"\x1b[2J\x1b]0;owned" in shown
    assert "[/bold][link=x]" in shown
    assert not [one for one in ("\x1b[2J", "\x1b]0;", "\x07", "\x9b", "\u202e", "\ufeff") if one in shown]


@pytest.mark.parametrize("length", [100, 10_000])
def test_long_lines_are_cut(length):
    out = io.StringIO()
    with redirect_stderr(out):
        complain("x" * length)
    assert len(out.getvalue()) == len("testbed: \n") + min(length, 2000)

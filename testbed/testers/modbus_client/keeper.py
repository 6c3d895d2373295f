"""Stands between the bed and a command: whomever that leaves behind comes to it, and is ended.

`python -I -S keeper.py DESCRIPTOR WORD…` runs the words as a command in a session of its own. Of its input,
`t` asks the command's group to end and `k` kills it; its end ends everybody. What happens is written to the
descriptor, line by line: `started`, or `failed ERRNO` and no more; `ended STATUS`; `left NUMBER`. A process
without a parent comes to this one, whatever group, session or environment it has given itself (prctl(2),
PR_SET_CHILD_SUBREAPER; Linux 3.4); elsewhere the group alone is ended.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ENDED_WITHIN = 3.0
"""Seconds in which everybody is ended (assumed; processes that beget others faster than they die stay)."""
LOOKS_EVERY = 0.0005
"""Seconds between two looks at who is still there (assumed; a process hops in a few milliseconds)."""
_CONTROL = 0


def ask_system(option: int, value: int) -> None:
    """Set an option of this process by prctl(2), where there is such a thing."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - of use here alone

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def children() -> list[int]:
    """Return the processes that have this one as their parent."""
    here = os.getpid()
    try:
        with open(f"/proc/self/task/{here}/children", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes time to load
            return [int(one) for one in file.read().split()]
    except OSError:  # a kernel without CONFIG_PROC_CHILDREN
        return [one for one in _processes() if _parent(one) == here]


def _processes() -> list[int]:
    try:
        return [int(one) for one in os.listdir("/proc") if one.isdigit()]  # noqa: PTH208 - as above
    except OSError:
        return []


def _parent(process: int) -> int:
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0  # it is gone


class Keeper:
    """One command, and all that come of it."""

    def __init__(self, report: int) -> None:
        self._report = report
        self._command = 0
        self._has_ended = False

    def start(self, words: list[str]) -> bool:
        """Start the command; say whether it could be."""
        heard, said = os.pipe()  # closed where the command is in its place
        self._command = os.fork()
        if not self._command:
            self._become(words, said)
        os.close(said)
        error = os.read(heard, 16)
        os.close(heard)
        self.tell(f"failed {error.decode()}" if error else "started")
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):  # so that they end with those who write there
            os.dup2(nothing, stream)
        return not error

    def _become(self, words: list[str], said: int) -> None:
        try:
            os.setsid()
            ask_system(PR_SET_PDEATHSIG, signal.SIGKILL)  # a command may end its keeper, but not outlive it
            os.close(self._report)
            os.dup2(os.open(os.devnull, os.O_RDONLY), _CONTROL)
            for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and so would the command
                signal.signal(number, signal.SIG_DFL)
            os.execvp(words[0], words)  # noqa: S606 - no shell reads it
        except (OSError, ValueError) as error:  # the latter of a command without a name
            os.write(said, str(getattr(error, "errno", errno.EINVAL)).encode())
        finally:
            os._exit(127)

    def keep(self) -> None:
        """Do what is said until nothing more is, and tell when the command has ended."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes)
        self._reap()  # one that had ended before
        while True:
            ready, _, _ = select.select([_CONTROL, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if _CONTROL in ready:
                said = os.read(_CONTROL, 1)
                if not said:
                    return
                self._signal({b"t": signal.SIGTERM}.get(said, signal.SIGKILL))

    def end(self) -> None:
        """End everybody, and tell how many there were beside the command and its group."""
        had_ended = self._has_ended
        found: set[int] = set()
        if not had_ended:
            self._signal(signal.SIGKILL)
        until = time.monotonic() + ENDED_WITHIN
        while self._reap() and time.monotonic() < until:
            for one in children():
                try:
                    if one != self._command and (had_ended or os.getpgid(one) != self._command):
                        found.add(one)
                    os.kill(one, signal.SIGKILL)
                except OSError:
                    continue  # somebody else's: it runs under another user
            time.sleep(LOOKS_EVERY)
        self.tell(f"left {len(found)}")

    def tell(self, line: str) -> None:
        """Write a line, where somebody still reads."""
        try:
            os.write(self._report, line.encode() + b"\n")
        except OSError:
            return

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._command, number)
        except OSError:
            return  # nobody is in it any more

    def _reap(self) -> bool:
        """Take note of who has ended; say whether anybody is left."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not process:
                return True
            if process == self._command:
                self._has_ended = True
                self.tell(f"ended {os.waitstatus_to_exitcode(status)}")


def main() -> None:
    """Keep one command."""
    ask_system(PR_SET_CHILD_SUBREAPER, 1)
    keeper = Keeper(int(sys.argv[1]))
    if keeper.start(sys.argv[2:]):
        keeper.keep()
        keeper.end()


if __name__ == "__main__":
    main()

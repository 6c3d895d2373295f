"""Commands that do not do what they should: each is named, bounded, and leaves no process behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
import uuid

import pytest

from testbed.testers.modbus_client.answers import good, silent
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.desk import Acting
from testbed.testers.trouble import Gone, Undecided
from tests.testers.modbus_client.bench import desk, running, script

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
OURS = uuid.uuid4().hex
"""In the command line of each process of these tests: two runs of them at once must not meet."""


def trouble(command: list[str], **client: object) -> str:
    """Return what is said of a product that is to make a good act."""

    async def act() -> str:
        case = desk(command, **client)
        with pytest.raises(Undecided) as caught:
            await case.prepare(())
        return caught.value.said.en

    return asyncio.run(act())


def test_a_good_one():
    async def act():
        case = desk(script("line = socket.create_connection((host, port)); ask(line); print(*answer(line))"))
        acting = (await case.prepare(["client"]))["client"]
        assert isinstance(acting, Acting)
        meeting = await acting.reads(good())
        assert (meeting.request, meeting.belief, meeting.is_over) == (meeting.due, Belief.RIGHT, True)
        assert case.monitor.breaches == []
        assert case.monitor.watched == 2

    asyncio.run(act())


def test_it_exits_at_once():
    said = trouble(script("sys.exit('no licence')"))
    assert said == "the product ended with status 1 and said: no licence before it asked anything"


def test_it_cannot_be_started():
    assert "cannot be started" in trouble(["/nowhere/at-all"])


@pytest.mark.parametrize(
    ("text", "belief"),
    [
        ("print('error: no answer within 1.0 s'); sys.exit(1)", Belief.ERROR),
        ("print('error 7: no answer from 127.0.0.1, try 2'); sys.exit(1)", Belief.ERROR),
        ("print('9' * 400, '0x' + 'f' * 400, '1' + '0' * 5000); sys.exit(1)", Belief.ERROR),
        ("sys.stdout.write('12'); sys.stdout.flush(); time.sleep(60)", Belief.NOTHING),
    ],
)
def test_what_it_complains_of_are_no_values(text, belief):
    """Numbers of an error message, numbers of any length, half a line of one that was ended."""
    program = f"""
line = socket.create_connection((host, port)); ask(line)
line.settimeout(0.5)
try:
    print(*answer(line))
except TimeoutError:
    {text}
"""

    async def act():
        case = desk(script(program), failed="^error")
        acting = (await case.prepare(["client"]))["client"]
        return (await acting.reads(silent())).belief

    assert asyncio.run(act()) is belief


def test_it_hangs():
    began = time.monotonic()
    said = trouble(script(f"time.sleep(60)  # hangs-{OURS}"), acts_within="1 s")
    assert "never connected" in said
    assert time.monotonic() - began < 10
    assert running(f"hangs-{OURS}") == []


def test_it_heeds_no_signal():
    text = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)  # deaf-{OURS}"
    assert "never connected" in trouble(script(text), acts_within="1 s")
    assert running(f"deaf-{OURS}") == []


def test_it_ignores_the_endpoint():
    said = trouble(script("socket.create_connection(('127.0.0.1', 1))"))
    assert "before it asked anything" in said
    assert "refused" in said


def test_it_connects_and_asks_nothing():
    text = "line = socket.create_connection((host, port)); time.sleep(60)"
    assert trouble(script(text), acts_within="1 s") == "the product connected and asked nothing"


def test_it_floods_its_output():
    began = time.monotonic()
    said = trouble(script("ask(socket.create_connection((host, port)))\nwhile True: print('x' * 99)"))
    assert "floods its output" in said
    assert time.monotonic() - began < 10


def test_it_asks_and_shows_nothing():
    text = "line = socket.create_connection((host, port)); ask(line); answer(line); time.sleep(60)"
    assert "neither a value nor an error" in trouble(script(text))


@pytest.mark.parametrize("escapes", [True, False])
def test_it_leaves_a_child_behind(escapes):
    text = (
        "import subprocess\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)  # child-{escapes}-{OURS}'],"
        f" start_new_session={escapes}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "line = socket.create_connection((host, port)); ask(line); print(*answer(line))"
    )

    async def act():
        case = desk(script(text))
        await case.prepare(())
        assert any("left processes behind" in note for note in case.recorder.notes)

    asyncio.run(act())
    assert running(f"child-{escapes}-{OURS}") == []


SLEEPS = "time.sleep(60)"
GOOD = "line = socket.create_connection((host, port)); ask(line); print(*answer(line), flush=True)\n"
DAEMON = "import os\nif not os.fork():\n  os.setsid()\n  if os.fork(): os._exit(0)\n"


DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
HOPS = "while True:\n    if os.fork(): os._exit(0)\n    time.sleep(0.005)"
FIFTY = f"import os\nfor _ in range(50):\n  if not os.fork(): {SLEEPS}  # bomb-7314\n"
BEHIND = {
    "daemon-7311": f"{DAEMON}  os.close(1); os.close(2); {SLEEPS}  # daemon-7311\n{GOOD}",
    "holds-7312": f"{DAEMON}  {SLEEPS}  # holds-7312\n{GOOD}",
    "deaf-7313": f"{DEAF}{DAEMON}  {SLEEPS}  # deaf-7313\n{GOOD}{SLEEPS}",
    "bomb-7314": f"{FIFTY}{GOOD}",
    "hops-7315": f"{DAEMON}  {HOPS}  # hops-7315\n{GOOD}",
    "naked-7317": f"{DAEMON}  os.execve('/bin/sh', ['sh', '-c', 'sleep 60; : naked-7317'], {{}})\n{GOOD}",
}
"""What a product leaves behind: a daemon, one that holds its output open, one that heeds no signal, fifty,
one that goes from process to process, and one in a session of its own without any variable."""


@pytest.mark.parametrize("mark", BEHIND)
def test_it_leaves_others_behind(mark):
    """The act itself is judged: what is left behind is ended and told."""

    async def act():
        case = desk(script(BEHIND[mark]))
        began = time.monotonic()
        await case.prepare(())
        assert time.monotonic() - began < 10
        assert any("left processes behind" in note for note in case.recorder.notes)

    asyncio.run(act())
    assert running(mark) == []


KILLED = """
import asyncio, os, signal
from tests.testers.modbus_client.bench import desk, script
async def act():
    case = desk(script("ask(socket.create_connection((host, port)))\\n" + {text!r}), timeout="5 s")
    asyncio.get_running_loop().call_later(1.5, os.kill, os.getpid(), signal.SIGKILL)
    await case.prepare(())
asyncio.run(act())
"""


def test_a_bed_that_is_killed_leaves_nobody():
    text = f"{DAEMON}  {SLEEPS}  # killed-7318\n{SLEEPS}  # killed-7318"
    done = subprocess.run([sys.executable, "-c", KILLED.format(text=text)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    until = time.monotonic() + 10
    while running("killed-7318") and time.monotonic() < until:
        time.sleep(0.1)
    assert running("killed-7318") == []


def test_a_pattern_that_takes_ages():
    belief = {"where": "stdout", "pattern": r"(\d|\d\d)+[ab]"}
    began = time.monotonic()
    said = trouble(
        script("ask(socket.create_connection((host, port))); print('1' * 60, flush=True)"), belief=belief
    )
    assert "takes more than 1 s" in said
    assert time.monotonic() - began < 10


def test_it_ends_its_keeper():
    text = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)  # ends-7319"
    assert trouble(script(text)) == "the keeper of the product's command was ended"
    assert running("ends-7319") == []


def test_a_write_whose_keeper_is_ended_is_no_success():
    text = (
        "line = socket.create_connection((host, port))\n"
        "line.sendall(struct.pack('>HHHBBHH', 1, 0, 6, unit, 6, 1, 3))\n"
        "import os, signal\ntime.sleep(0.2)\nos.kill(os.getppid(), signal.SIGKILL)"
    )
    write = {"does": "fc06", "at": 1, "values": [3], "command": script(text)}
    assert trouble([], tasks={"write": write}) == "the keeper of the product's command was ended"


def test_one_that_stops_its_keeper_leaves_nobody():
    text = f"{DAEMON}  {SLEEPS}  # stops-7320\n{GOOD}import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)"

    async def act():
        case = desk(script(text))
        await case.prepare(())
        assert any("left processes behind" in note for note in case.recorder.notes)

    asyncio.run(act())
    assert running("stops-7320") == []


def test_half_a_character_hides_no_complaint():
    text = (
        "ask(socket.create_connection((host, port)))\nsaid = '오류: 11 12 13\\n'.encode()\n"
        "for part in (said[:4], said[4:]):\n"
        "  sys.stdout.buffer.write(part); sys.stdout.flush(); time.sleep(0.1)"
    )
    assert trouble(script(text), failed="오류") == "control: answered rightly, the product shows an error"


def test_a_crash_reports_nothing():
    text = "ask(socket.create_connection((host, port)))\nimport os\nos.kill(os.getpid(), 11)"
    said = trouble(script(text))
    assert said == "control: answered rightly, the product shows neither a value nor an error"


def test_it_fills_its_file(tmp_path):
    file = tmp_path / "values.txt"
    text = (
        "ask(socket.create_connection((host, port)))\n"
        f"with open({str(file)!r}, 'wb', 0) as out:\n"
        "  for _ in range(1024): out.write(bytes(1 << 20))  # fills-7316"
    )
    began = time.monotonic()
    said = trouble(script(text), belief={"where": "file", "path": str(file)})
    assert "floods" in said
    assert time.monotonic() - began < 10
    assert running("fills-7316") == []
    assert file.stat().st_size < 1 << 30


def test_a_case_that_is_cancelled_leaves_no_process():
    async def act():
        case = desk(
            script(f"ask(socket.create_connection((host, port))); time.sleep(60)  # cancelled-{OURS}")
        )
        task = asyncio.ensure_future(case.prepare(()))
        async with asyncio.timeout(10):
            while not running(f"cancelled-{OURS}"):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(act())
    assert running(f"cancelled-{OURS}") == []


def test_two_requests_in_one_segment_are_told_from_two_segments():
    """The kernel counts the segments: two that were read at once are no breach."""

    async def breaches(text: str) -> list[str]:
        case = desk(script(text), pending=2)
        with pytest.raises(Gone):
            await case.prepare(())
        return [one.requirement for one in case.monitor.breaches]

    head = "line = socket.create_connection((host, port))\n"
    head += "line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n"
    one = "one, two = (struct.pack('>HHHBBHH', n, 0, 6, unit, 3, 107, 3) for n in (1, 2))\n"
    end = "time.sleep(0.3); sys.exit(1)"
    assert asyncio.run(breaches(f"{head}{one}line.sendall(one + two); {end}")) == ["MBC-ONE-ADU"]
    assert asyncio.run(breaches(f"{head}{one}line.sendall(one); line.sendall(two); {end}")) == []


def test_a_silent_server_is_bounded():
    async def act():
        case = desk(script("line = socket.create_connection((host, port)); ask(line); print(*answer(line))"))
        acting = (await case.prepare(["client"]))["client"]
        meeting = await acting.reads(silent())
        assert (meeting.belief, meeting.is_over) == (Belief.NOTHING, False)
        assert meeting.ended - meeting.began < 10

    asyncio.run(act())


def test_where_nobody_listens_nobody_else_can():
    """The port is held: no other stand-in gets it, and a product that connects does not reach itself."""

    async def act():
        text = (
            "try:\n"
            "  socket.create_server((host, port)); print('7 7 7')\n"
            "except OSError:\n"
            "  for _ in range(500):\n"
            "    try: socket.create_connection((host, port)); print('8 8 8')\n"
            "    except ConnectionRefusedError: pass\n"
            "sys.exit(1)"
        )
        case = desk(script(text))
        acting = Acting(case)
        meeting = await acting.finds_nobody()
        assert (meeting.beliefs, meeting.is_over) == ((Belief.ERROR,), True)

    asyncio.run(act())

"""Each impairment of a stream does what it claims, measured, and the same seed does the same."""

import asyncio
import statistics

import pytest

from tests.impair.bench import met

PIECES = 2000


def send(count, every, size=12):
    """Send so many pieces, one at a time."""

    async def play(client):
        for number in range(count):
            client.transport.write(number.to_bytes(2) * (size // 2))
            await asyncio.sleep(every)
        await asyncio.sleep(60)

    return play


def waits(server, every, made):
    """How long each piece was under way to the device; several may have arrived as one."""
    arrived = [at for at, piece in server.got for _ in range(len(piece) // 12)]
    return [at - made - number * every for number, at in enumerate(arrived)]


@pytest.mark.parametrize(
    ("distribution", "mean", "spread"),
    [
        ("uniform", 0.1, 0.01 / 3**0.5),
        ("normal", 0.1, 0.01),
        ("exponential", 0.11, 0.01),
        ("pareto", 0.11, 0.0173),
    ],
)
def test_delay_has_its_distribution(distribution, mean, spread):
    delay = {"time": "100 ms", "jitter": "10 ms", "distribution": distribution}
    client, server, _ = met({"delay": delay}, send(PIECES, 1.0))
    found = waits(server, 1.0, client.made)

    assert len(found) == PIECES
    assert statistics.fmean(found) == pytest.approx(mean, rel=0.02)
    assert statistics.stdev(found) == pytest.approx(spread, rel=0.25 if distribution == "pareto" else 0.06)
    assert min(found) >= (0.1 - 3 * 0.01 if distribution in {"normal", "uniform"} else 0.1) - 1e-9


def test_a_connection_takes_a_round_trip():
    client, _, _ = met({"delay": {"time": "280 ms"}}, send(1, 1.0))

    assert client.made == pytest.approx(0.56)


def test_throttle_carries_its_rate():
    _, server, _ = met({"throttle": {"rate": 1000, "piece": 8}}, send(100, 0.0, 100))

    assert max(len(piece) for _, piece in server.got) == 8
    assert server.got[-1][0] == pytest.approx(10.0)
    assert b"".join(piece for _, piece in server.got) == b"".join(n.to_bytes(2) * 50 for n in range(100))


def test_split_cuts_everywhere():
    _, server, _ = met({"split": {"into": {"least": 1, "most": 1}, "gap": "1 ms"}}, send(3, 1.0))

    assert [len(piece) for _, piece in server.got] == [1] * 36
    assert server.got[11][0] - server.got[0][0] == pytest.approx(0.011)


def test_join_makes_one_of_many():
    _, server, _ = met({"join": "35 ms"}, send(8, 0.01))

    assert [len(piece) // 12 for _, piece in server.got] == [4, 4]


def test_stall_holds_up_its_share():
    client, server, _ = met({"stall": {"share": 0.1, "time": "200 ms", "doubled": 1}}, send(PIECES, 1.0))
    found = [round(one, 6) for one in waits(server, 1.0, client.made)]

    assert set(found) == {0.0, 0.2, 0.6}
    assert sum(one > 0 for one in found) / PIECES == pytest.approx(0.1, abs=0.02)
    assert found.count(0.6) / PIECES == pytest.approx(0.01, abs=0.007)


def test_freeze_lasts_as_long_as_it_says():
    freeze = {"every": "10 s", "lasts": {"least": "1 s", "most": "2 s"}}
    client, server, _ = met({"freeze": freeze}, send(PIECES * 2, 0.05))
    found = waits(server, 0.05, client.made)
    stood = sum(one > 1e-9 for one in found) / len(found)

    assert max(found) <= 2.0 + 1e-9
    assert stood == pytest.approx(1.5 / 11.5, abs=0.05)


@pytest.mark.parametrize(("how", "ended"), [("reset", "reset"), ("close", "eof"), ("silence", "")])
def test_break_cuts_at_its_byte(how, ended):
    seen = []

    async def play(client):
        for _ in range(9):
            client.transport.write(bytes(10))
            await asyncio.sleep(1)
        seen.append(client.ended)

    breaks = [{"share": 1, "how": how, "after": {"least": 33, "most": 33}}]
    client, server, scope = met({"breaks": breaks}, play)

    assert seen == [ended]
    assert b"".join(piece for _, piece in client.got) == bytes(33)
    assert scope.broken
    assert server.ended in ({"reset"} if how == "reset" else {"eof", "lost"})
    assert "behind 40 bytes to the device and 33 from it" in scope.events[0]


def test_break_counts_what_goes_to_the_device_where_it_says_so():
    counted = {"after": {"least": 33, "most": 33}, "counted": "to_device"}
    client, server, scope = met({"breaks": [{"share": 1, "how": "reset"} | counted]}, send(9, 1.0, 10))

    assert client.ended == "reset"
    assert sum(len(piece) for _, piece in server.got) == 33
    assert "behind 33 bytes to the device" in scope.events[0]


def test_where_it_is_cut_is_drawn_anew_for_each_connection():
    breaks = [{"share": 1, "how": "reset", "after": {"least": 1, "most": 60}}]
    cuts = {
        sum(len(piece) for _, piece in met({"breaks": breaks}, send(9, 1.0), name=str(n))[0].got)
        for n in range(200)
    }

    assert min(cuts) <= 3
    assert max(cuts) >= 58
    assert len(cuts) > 40


def test_break_after_a_time():
    breaks = [{"share": 1, "how": "reset", "time": {"least": "5 s", "most": "5 s"}}]
    client, _, _ = met({"breaks": breaks}, send(20, 1.0))

    assert client.ended == "reset"
    assert [round(at) for at, _ in client.got] == [0, 1, 2, 3, 4]


def test_breaks_their_share_of_connections():
    breaks = [{"share": 0.3, "how": "reset", "after": {"least": 1, "most": 1}}]
    broken = [met({"breaks": breaks}, send(1, 1.0), name=str(n))[2].broken for n in range(400)]

    assert sum(broken) / 400 == pytest.approx(0.3, abs=0.07)


ALL = {
    "delay": {"time": "20 ms", "jitter": "10 ms"},
    "throttle": {"rate": 2000},
    "split": {"into": {"least": 1, "most": 9}, "gap": "1 ms"},
    "stall": {"share": 0.1, "time": "200 ms"},
    "freeze": {"every": "2 s", "lasts": {"least": "100 ms", "most": "1 s"}},
    "breaks": [{"share": 0.5, "how": "reset", "after": {"least": 100, "most": 2000}}],
}


def test_the_same_seed_does_the_same():
    first, second = (met(ALL, send(100, 0.05)) for _ in range(2))

    assert first[0].got == second[0].got
    assert first[1].got == second[1].got
    assert met(ALL, send(100, 0.05), seed=2)[0].got != first[0].got
    assert met(ALL, send(100, 0.05), name="other")[0].got != first[0].got


def test_nothing_is_lost_or_changed_without_a_break():
    client, _, scope = met({key: one for key, one in ALL.items() if key != "breaks"}, send(100, 0.05))

    assert b"".join(piece for _, piece in client.got) == b"".join(n.to_bytes(2) * 6 for n in range(100))
    assert scope.held == 0
    assert scope.worst > 0.2


def test_lifted_passes_as_it_is():
    client, _, scope = met(ALL, send(10, 0.05), lifted=True)

    assert [round(at, 6) for at, _ in client.got] == [round(n * 0.05, 6) for n in range(10)]
    assert not scope.worst

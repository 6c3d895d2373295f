"""Requests damaged at random: the reference server refuses them and raises nothing (10000-6, 5.1)."""

import asyncio
import random

import pytest
from asyncua import ua

from testbed.protocols.opcua import encode_service, status
from tests.device_simulators.opcua.peer import STATE, plays, said, session

LENGTHS = (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80")


def requests():
    """One good request of each service that takes parameters."""
    double, add = ua.NodeId("Scratch.Double", 2), ua.NodeId("Methods.Add", 2)
    element = ua.RelativePathElement(ua.NodeId(33), False, True, ua.QualifiedName("Server", 0))  # noqa: FBT003
    path = ua.BrowsePath(STATE, ua.RelativePath([element]))
    browse = ua.BrowseDescription(ua.NodeId(84), ua.BrowseDirection.Both, ua.NodeId(31), True, 0, 63)  # noqa: FBT003
    call = ua.CallMethodRequest(ua.NodeId("Methods", 2), add, [ua.Variant(1.0), ua.Variant(2.0)])
    for cls, field, value in (
        (ua.ReadRequest, "NodesToRead", ua.ReadValueId(STATE, 13, "1:2")),
        (ua.WriteRequest, "NodesToWrite", ua.WriteValue(double, 13, None, ua.DataValue(ua.Variant(1.0)))),
        (ua.BrowseRequest, "NodesToBrowse", browse),
        (ua.BrowseNextRequest, "ContinuationPoints", b"12345678"),
        (ua.TranslateBrowsePathsToNodeIdsRequest, "BrowsePaths", path),
        (ua.RegisterNodesRequest, "NodesToRegister", double),
        (ua.CallRequest, "MethodsToCall", call),
        (ua.GetEndpointsRequest, "ProfileUris", "x"),
    ):
        request = cls()
        setattr(request.Parameters, field, [value])
        yield request
    yield ua.CreateSessionRequest()
    activate = ua.ActivateSessionRequest()
    token = ua.UserNameIdentityToken("username-None-1", "operator", b"x" * 256, "y")
    activate.Parameters.UserIdentityToken = token
    yield activate


def damaged(dice, body):
    """The bytes with one to four faults."""
    data = bytearray(body)
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(data) - 8)
        kind = dice.randrange(4)
        if kind == 0:
            data[at] = dice.choice((0, 1, 127, 128, 255, dice.randrange(256)))
        elif kind == 1:
            del data[at : at + dice.randrange(1, 9)]
        elif kind == 2:
            data[at:at] = dice.randbytes(dice.randrange(1, 9))
        else:
            data[at : at + 4] = dice.choice(LENGTHS)
    return bytes(data)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_damaged_is_answered_and_nothing_is_raised(seed):
    @plays
    async def play(device):
        raised = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: raised.append(context["exception"]))
        dice = random.Random(seed)  # noqa: S311 - the same faults each time
        good = list(requests())
        peer = await session(device)
        for _ in range(400):
            request = dice.choice(good)
            request.RequestHeader.AuthenticationToken = peer.token
            if peer.is_closed or said(await peer.ask(damaged(dice, encode_service(request)))) is None:
                peer = await session(device)
        assert raised == []
        assert said(await (await session(device)).read()) == status.Good

    play()

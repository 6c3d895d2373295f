"""The least that makes a client and a server of the codec, for products of others to talk to."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from asyncua import ua

from testbed.protocols.opcua import (
    CLO,
    HEL,
    MSG,
    NO_SECURITY,
    OPN,
    POLICIES,
    Acknowledge,
    Framer,
    Hello,
    Reassembly,
    SecureChannel,
    decode_service,
    encode_service,
    header,
)
from tests.protocols.opcua.channels import BASE

WITHIN = 20
"""Seconds for any answer."""
MOST = 8192
"""Bytes of a chunk to or from these peers: the least that everybody has to support."""


class Client:
    """Opens a channel and asks."""

    def __init__(self, reader, writer, channel):
        self.reader, self.writer, self.channel = reader, writer, channel
        self.framer, self.whole, self.frames = Framer(), Reassembly(), []
        self.request_id = 0

    async def hello(self, url):
        self.writer.write(Hello(0, MOST, MOST, 0, 0, url).encode())
        acknowledged = Acknowledge.decode(await self.frame())
        self.channel.peer_receive_buffer = acknowledged.receive_buffer
        return acknowledged

    async def frame(self):
        while not self.frames:
            data = await asyncio.wait_for(self.reader.read(65536), WITHIN)
            assert data, "the server closed the connection"
            self.frames += self.framer.feed(data)
        return self.frames.pop(0)

    async def open(self, kind=ua.SecurityTokenRequestType.Issue):
        request = ua.OpenSecureChannelRequest()
        request.Parameters.RequestType = kind
        request.Parameters.SecurityMode = ua.MessageSecurityMode(self.channel.mode)
        request.Parameters.ClientNonce = self.channel.policy.nonce()
        request.Parameters.RequestedLifetime = 60_000
        found = (await self.ask(request, OPN)).Parameters
        token = found.SecurityToken
        self.channel.install(
            token.ChannelId, token.TokenId, request.Parameters.ClientNonce, found.ServerNonce or b""
        )

    async def renew(self):
        await self.open(ua.SecurityTokenRequestType.Renew)

    async def ask(self, request, kind=MSG):
        self.request_id += 1
        request.RequestHeader.RequestHandle = self.request_id
        for frame in self.channel.seal(encode_service(request), self.request_id, type=kind):
            self.writer.write(frame)
        body = None
        while body is None:
            chunk = self.channel.open(await self.frame())
            assert chunk.request_id == self.request_id
            body = self.whole.add(chunk)
        response = decode_service(body)
        assert response.ResponseHeader.RequestHandle == self.request_id
        return response

    async def close(self):
        for frame in self.channel.seal(encode_service(ua.CloseSecureChannelRequest()), 0, type=CLO):
            self.writer.write(frame)
        assert await asyncio.wait_for(self.reader.read(), WITHIN) == b""
        self.writer.close()


@asynccontextmanager
async def connected(port, channel, url):
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), WITHIN)
    try:
        client = Client(reader, writer, channel)
        await client.hello(url)
        await client.open()
        yield client
    finally:
        writer.close()


class Server(asyncio.Protocol):
    """Answers GetEndpoints and FindServers, whatever is asked in them."""

    def __init__(self, party):
        self.party = party
        self.framer, self.whole = Framer(MOST), Reassembly()
        self.channel = None
        self.tokens = 0
        self.chunks = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for frame in self.framer.feed(data):
            self.take(frame)

    def take(self, frame):
        kind = header(frame).type
        if kind == HEL:
            hello = Hello.decode(frame)
            self.peer_buffer = hello.receive_buffer
            self.transport.write(Acknowledge(0, MOST, MOST).encode())
            return
        if self.channel is None:
            named = frame[16 : 16 + frame[12]].decode()
            self.channel = SecureChannel(
                POLICIES[named],
                NO_SECURITY,
                server=True,
                certificate=self.party.certificate,
                key=self.party.key,
            )
            self.channel.peer_receive_buffer = min(self.peer_buffer, MOST)
        chunk = self.channel.open(frame)
        self.chunks += 1
        body = self.whole.add(chunk)
        if kind == CLO:
            self.transport.close()
        elif body is not None:
            self.answer(decode_service(body), chunk, kind)

    def answer(self, request, chunk, kind):
        response, nonces = self.response(request)
        response.ResponseHeader.Timestamp = datetime.now(UTC)
        response.ResponseHeader.RequestHandle = request.RequestHeader.RequestHandle
        for frame in self.channel.seal(encode_service(response), chunk.request_id, type=kind):
            self.transport.write(frame)
        if nonces:
            self.channel.install(1, self.tokens, *nonces)

    def response(self, request):
        if isinstance(request, ua.OpenSecureChannelRequest):
            self.tokens += 1
            response = ua.OpenSecureChannelResponse()
            nonce = self.channel.policy.nonce()
            response.Parameters.SecurityToken = ua.ChannelSecurityToken(
                1, self.tokens, datetime.now(UTC), request.Parameters.RequestedLifetime
            )
            response.Parameters.ServerNonce = nonce
            self.channel.channel_id = 1
            self.channel.mode = int(request.Parameters.SecurityMode)
            return response, (request.Parameters.ClientNonce or b"", nonce)
        if isinstance(request, ua.GetEndpointsRequest):
            response = ua.GetEndpointsResponse()
            response.Endpoints = [self.endpoint(request.Parameters.EndpointUrl)]
            return response, ()
        response = ua.FindServersResponse()
        url = request.Parameters.EndpointUrl
        response.Servers = [self.application(url) for _ in range(200)]
        return response, ()

    def application(self, url):
        return ua.ApplicationDescription(
            self.party.uri,
            "urn:product",
            ua.LocalizedText("minimal"),
            ua.ApplicationType.Server,
            None,
            None,
            [url],
        )

    def endpoint(self, url):
        secured = self.channel.mode != NO_SECURITY
        name = "Basic256Sha256" if secured else "None"
        return ua.EndpointDescription(
            url,
            self.application(url),
            self.party.certificate,
            ua.MessageSecurityMode(self.channel.mode),
            BASE + name,
            [ua.UserTokenPolicy("0", ua.UserTokenType.Anonymous)],
            "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary",
            1,
        )


@asynccontextmanager
async def serving(party):
    """The minimal server on a free port; gives the port and the connections that were made."""
    made = []

    def new():
        made.append(Server(party))
        return made[-1]

    listening = await asyncio.get_running_loop().create_server(new, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1], made
    finally:
        listening.close()

"""Hostile OPC UA servers, by what they do wrong."""

from tests.hostile.opcua import closing, endless, framing, nesting, secured, texts, waiting
from tests.hostile.opcua.turncoat import SERVERS

__all__ = ["SERVERS", "closing", "endless", "framing", "nesting", "secured", "texts", "waiting"]

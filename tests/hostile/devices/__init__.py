"""The hostile devices, by what they do wrong."""

from tests.hostile.devices import closing, floods, hanging, lies, strangers
from tests.hostile.line import DEVICES

__all__ = ["DEVICES", "closing", "floods", "hanging", "lies", "strangers"]

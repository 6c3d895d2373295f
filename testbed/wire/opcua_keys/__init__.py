"""Keys and certificates of OPC UA: the tester's, and a simulated device's."""

from testbed.wire.key_files import MaterialError
from testbed.wire.opcua_keys.device import DEVICE, check_writable, device_side
from testbed.wire.opcua_keys.folder import make_folder
from testbed.wire.opcua_keys.material import Login, OpcUaKeys, Pair, throw_away
from testbed.wire.opcua_keys.names import APPLICATION_URI, BAD, BAD_USERS, GOOD, OTHER_URI

__all__ = [
    "APPLICATION_URI",
    "BAD",
    "BAD_USERS",
    "DEVICE",
    "GOOD",
    "OTHER_URI",
    "Login",
    "MaterialError",
    "OpcUaKeys",
    "Pair",
    "check_writable",
    "device_side",
    "make_folder",
    "throw_away",
]

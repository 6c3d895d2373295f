"""Keys and certificates of Modbus/TCP Security (mbaps): the tester's, and a simulated device's."""

from testbed.wire.key_files import MaterialError
from testbed.wire.mbaps.device import DEVICE, make_device
from testbed.wire.mbaps.folder import BAD, CA, CRL, KeyType, file_of_role, make_folder
from testbed.wire.mbaps.material import Material, load_pair, throw_away

__all__ = [
    "BAD",
    "CA",
    "CRL",
    "DEVICE",
    "KeyType",
    "Material",
    "MaterialError",
    "file_of_role",
    "load_pair",
    "make_device",
    "make_folder",
    "throw_away",
]

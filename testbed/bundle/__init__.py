"""The bundle: what a run leaves behind, sealed so that a stranger can check it offline.

Import the modules by name (`testbed.bundle.verify`, ...): they load cryptography, this package does not.
"""

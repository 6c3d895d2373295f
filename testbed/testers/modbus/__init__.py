"""The Modbus tester: a strict client over raw frames, its scratch areas, and the invariants of the MBAP."""

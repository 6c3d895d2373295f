"""A reference OPC UA server, and mutants that each break exactly what they say.

`device_simulators.opcua.catalogue` lists them; it loads asyncua, which takes a third of a second.
"""

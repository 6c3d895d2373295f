"""Testing products that are clients: a stand-in server that misbehaves, and what makes them act."""

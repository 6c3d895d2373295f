"""The tester of OPC UA: a strict client, what a case gets of it, and what is watched meanwhile."""

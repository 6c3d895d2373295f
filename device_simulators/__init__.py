"""Simulated devices: references that keep the standards, and mutants that break them on purpose."""

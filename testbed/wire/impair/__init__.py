"""Impairments between tester and device: worked out from a seed alone, made in a stream or in packets."""

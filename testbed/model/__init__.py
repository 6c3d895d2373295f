"""Frozen values: standard, declaration, profile, verdict, record, waiver, certificate. No I/O."""

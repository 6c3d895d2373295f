"""Frozen values of the field: standard, declaration, profile, verdict, record, waiver, certificate. No I/O."""

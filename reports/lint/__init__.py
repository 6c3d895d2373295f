"""Holds a finished paper to its standards: ISO/IEC 17025, 7.8, and ISO/IEC 17065, 7.7, a rule for each item.

The linter reads what a reader sees, never what the renderer meant. With the record at hand it also compares.
"""

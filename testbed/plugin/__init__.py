"""The thin pytest layer: selection, concurrency, findings, ledger."""

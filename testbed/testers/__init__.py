"""What a case talks through: strict clients that can also misbehave on purpose, per protocol."""

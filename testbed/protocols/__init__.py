"""Sans-I/O codecs of the protocols under test: bytes to values and back, nothing else."""

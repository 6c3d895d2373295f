"""Device classes, example declarations and generated schemas, as files."""

"""What a vendor declares of an OPC UA server: claims, channel, user, limits, nodes and methods."""

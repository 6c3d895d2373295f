"""Open-loop load: requests at intended times, latencies from those times, and what the engine itself adds."""

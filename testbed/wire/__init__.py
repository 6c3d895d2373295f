"""The wire: clocks, connections, recorder, captures, and the monitor that watches all traffic."""

"""The numbers to reach, measured against others on this machine: `python -m benchmarks`."""

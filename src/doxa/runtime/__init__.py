"""The facades `Twins` and `Twin`, and the wiring of ports to adapters."""

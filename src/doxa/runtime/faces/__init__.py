"""The parts of the facade `Twins`: every method is one line into the module that does it."""

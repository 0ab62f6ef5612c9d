"""The words of the model: signal, node, evidence, clock. Standard library and msgspec only."""

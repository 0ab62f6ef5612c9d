"""Wires ports to adapters: the facades Twins and Twin."""

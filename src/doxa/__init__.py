"""Digital twins of customers."""

__version__ = "0.1.0"

"""The ledger and what is cached from it: one port, one folder per adapter."""

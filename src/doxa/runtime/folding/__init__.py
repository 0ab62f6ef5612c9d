"""From the ledger to states of twins: whole histories, or a snapshot and its tail."""

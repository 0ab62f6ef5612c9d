"""The blocks of phi, one file each; a block turns a view into named columns."""

"""The laws every store and reading must keep, shipped for other adapters too."""

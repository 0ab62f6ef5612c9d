"""The belief map: what a product's signals mean, per signal and per column."""

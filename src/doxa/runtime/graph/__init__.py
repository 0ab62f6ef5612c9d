"""A twin as a temporal graph: nodes and edges with the intervals in which they stand."""

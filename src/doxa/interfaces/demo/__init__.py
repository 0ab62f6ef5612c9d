"""The demo: real households of a grocer, through the public command line alone."""

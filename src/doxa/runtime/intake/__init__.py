"""What arrives from outside becomes signals here, or is refused naming the field."""

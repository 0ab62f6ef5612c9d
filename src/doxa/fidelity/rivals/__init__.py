"""What a twin must beat, each rival at its best: one file per rival."""

"""Running people forward: their own future signals, drawn from the heads and fed back."""

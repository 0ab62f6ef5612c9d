"""Every claim about speed and size, each against a limit or a rival measured beside it."""

"""The page kit for self-contained HTML."""

"""Goals as living state: progress, motivation and status, computed when read and never written back."""

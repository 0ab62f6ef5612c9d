"""Population versions: judged, listed, compared, promoted, rolled back."""

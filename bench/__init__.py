"""prunebench."""

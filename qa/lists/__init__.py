"""Questions that want several answers."""

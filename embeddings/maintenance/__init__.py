"""Libraries checked, mended, backed up and restored."""

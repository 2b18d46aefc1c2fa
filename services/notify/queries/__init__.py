"""What the messenger reads."""

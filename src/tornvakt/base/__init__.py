"""What every room stands on. Knows nothing of the rooms."""

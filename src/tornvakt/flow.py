"""The whole journey on one page: on this fact, do that."""

"""Figures and their uncertainty: one file per method, no clock and no database."""

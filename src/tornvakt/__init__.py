"""Tornvakt: open software for a municipal safety and alarm centre."""

VERSION = "0.1.0"

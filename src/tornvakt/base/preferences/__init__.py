"""Preferences (egna val): what a person has set for themselves at the screen, at whatever desk.

They belong to the person and say nothing about anybody else; no rule depends on them.
"""

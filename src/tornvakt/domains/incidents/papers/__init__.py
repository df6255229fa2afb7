"""The papers of the desk: a signed hand-over, the live state, and the reserve pack (reservpärm).

Each is a template beside this file and data made here, in the active language. What is printed is
for a person at a desk with the screen gone: the telephone numbers stand on it in full.
"""

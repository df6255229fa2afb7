"""What every page stands on: tokens, base templates, marks, times in words, language and theme."""

"""Drafts (utkast): what somebody has typed and not sent, kept beside the copy in their browser."""

"""The wiring: settings, addresses, the server's entrance. Nothing imports it from below."""

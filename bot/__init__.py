"""Channels, settings, the clock, the command line, and the one place where everything is wired."""

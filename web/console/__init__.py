"""The officers' console: one shell with sign-in, menu and registry, and the pages that are hung into it."""

"""The outside over HTTP: webhooks, the web chat, the public pages, health and metrics."""

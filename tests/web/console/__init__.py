"""Tests of the officers' console."""

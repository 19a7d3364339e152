"""Bytes of any kind an office publishes → exact text, what the container knew, and what was lost."""

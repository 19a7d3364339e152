"""From passages to words: writers, the lock on what they say, and the ways to ask."""

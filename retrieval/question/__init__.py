"""One question's way to what it asks: places, years, wishes, terms, scope."""

"""Which words answer: reading, statements, selection, premises."""

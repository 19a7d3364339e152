"""From files to passages: reading, parsing, indexing and finding. Knows nothing of answers."""

"""Each answerer is one kind of answer: what it applies to and how it writes it."""

"""A capable model's replies to 45 questions, played back through the whole way of an answer."""

"""Everything of a chat that knows no wire: conversations, their state and records."""

"""Nothing unsupported leaves: markers become spans, and one file a check."""

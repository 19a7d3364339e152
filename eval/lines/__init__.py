"""Right and wrong lines about real passages, and how the lock judges them."""

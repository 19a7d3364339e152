"""The command line: commands, batches, progress."""

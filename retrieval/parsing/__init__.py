"""One report's way in: text to section tree, metadata, chunks and facts."""

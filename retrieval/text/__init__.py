"""The characters of a page: normalising, wrapping, furniture, numbering, words."""

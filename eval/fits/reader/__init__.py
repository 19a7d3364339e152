"""The fit of the trained reader: its corpus read, its models made, its reading scored."""

"""Raw input becomes Features; one kind of input per file."""

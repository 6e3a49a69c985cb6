"""Features and a Run become facts; one question per file."""

"""The conversation model that everybody stands on, and its storage. Knows nobody."""

"""The console for programs: the same actions at `/api/v1`, with keys, JSON bodies that are looked through, and a document."""

"""Does what the bot decided: the writer, the sender, slow work, and what keeps them going."""

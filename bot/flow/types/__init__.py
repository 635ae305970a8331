"""Types of answers, one family a file: each says what it is in `FAMILY` (see `bot.flow.spoken`)."""

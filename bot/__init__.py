"""What the bot decides. Pure: values come in, values go out; no database, network, clock or Flask."""

"""What a message means. `order` holds the one table of decisions; each of its rows is a module here."""

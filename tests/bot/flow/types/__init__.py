"""Types of answers: how people write them."""

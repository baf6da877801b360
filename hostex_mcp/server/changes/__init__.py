"""Changes that wait for a person: their record, the one way in which they are decided, and what is told of
them."""

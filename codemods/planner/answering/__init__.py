"""How handlers answer: the uses of the response, and the statements that answers stand in."""

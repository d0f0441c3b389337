"""Objects and lists that code puts together before a call, and the reading of a call that is given them."""

from codemods.readers.assembled.resolve import Resolver
from codemods.readers.assembled.values import Choice, Held, Items, Object, Part, Same, Test, UnreadableError, Value

__all__ = ["Choice", "Held", "Items", "Object", "Part", "Resolver", "Same", "Test", "UnreadableError", "Value"]

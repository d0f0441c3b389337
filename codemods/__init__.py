"""The engine of convexify: a compiler from Express back ends to Convex, with a review desk in front of every write."""

__version__ = "0.1.0"

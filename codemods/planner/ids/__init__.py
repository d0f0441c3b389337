"""Ids of the source, often numbers, as ids of Convex: where values flow into id positions, and what changes there."""

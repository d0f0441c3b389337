"""What `check` enforces on a Convex code base: one rule a file, and the engine that runs them.

A rule is a module `cx<number>_<name>.py`, or an ast-grep file `cx<number>_<name>.yml` where a pattern suffices; both
are found by being here. `rule.py` says what a rule consists of.
"""

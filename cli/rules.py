"""`convexify rules`: the rules that `check` enforces."""

from __future__ import annotations

import click


@click.command()
def rules() -> int:
    """List the rules with their severity; `*` marks those that have a fix."""
    from codemods.rules.docs import parse_docs
    from codemods.rules.registry import all_rules

    for rule in all_rules():
        fix = "*" if rule.has_fix else " "
        summary = parse_docs(rule.documentation).summary.splitlines()[0]
        click.echo(f"{rule.CODE} {fix} {rule.SEVERITY.value:<8} {summary}")
    return 0

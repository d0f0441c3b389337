"""`convexify explain`: what a code means and what to do about it."""

from __future__ import annotations

import click


@click.command()
@click.argument("code")
def explain(code: str) -> int:
    """Explain a CODE that a report shows, such as CX303."""
    from codemods.outcome import CODES
    from codemods.rules.registry import rules_by_code

    wanted = code.upper()
    rules = rules_by_code()
    if wanted in rules:
        click.echo(f"{wanted} {rules[wanted].NAME}\n\n{rules[wanted].documentation.strip()}")
    elif wanted in CODES:
        click.echo(f"{wanted} {CODES[wanted].title}\n\n{CODES[wanted].help}")
    else:
        raise click.BadParameter(_unknown(wanted, [*CODES, *rules]), param_hint="CODE")
    return 0


def _unknown(code: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, known, n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "`convexify rules` lists the codes of rules."
    return f"there is no code {code!r}. {hint}"

"""The same requests to two applications, and what they answer differently."""

from codemods.proof.replay.play import Exchange, Unreachable, exchange
from codemods.proof.replay.script import BadScript, Script, Step, read_script

__all__ = ["BadScript", "Exchange", "Script", "Step", "Unreachable", "exchange", "read_script"]

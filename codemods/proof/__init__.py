"""The proof that a migrated application works: stage by stage, with evidence and without the network."""

from codemods.proof.verify import Request, verify, verify_plan
from codemods.proof.words import STAGES, Evidence, Proof, Stage, StageResult, Status

__all__ = [
    "STAGES",
    "Evidence",
    "Proof",
    "Request",
    "Stage",
    "StageResult",
    "Status",
    "verify",
    "verify_plan",
]

"""The composition root: the only place that names concrete classes, and where the settings are read.

`outside` opens the adapters, `inside` puts the dialogue together over them, `program` runs the whole.
"""

from orchestrator.adapters.institution.file import InvalidInstitution
from orchestrator.bootstrap.program import Orchestrator, SchemaMismatch

__all__ = ["InvalidInstitution", "Orchestrator", "SchemaMismatch"]

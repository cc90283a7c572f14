"""chatkit: apply, search, desensitise, export, destroy. Customers' chat records, read lawfully.

Each verb turns one noun into the next: Request → Permit → Extract → Masked → Manifest → Disposal.
Not legal advice, and no access-control system: see the README.
"""

from .casebook import Casebook
from .charts import Chart, chart
from .chats import Chats
from .disposals import Disposal, destroy
from .enrolment import enrol
from .errors import BadInput, Refused
from .examples import Examination, examine
from .exports import export
from .extracts import Estimate, Extract, estimate, search
from .findings import detect
from .forms import print_form
from .founding import found
from .manifests import Manifest, Verification, overdue, read_manifest, standing, verify
from .masking import Masked, mask
from .people import SignedIn
from .permits import Permit
from .policy import Policy
from .requests import Request, fingerprint
from .risks import Risk, residual_risk
from .routes import Route, draw_mode, route
from .rulebook import packaged, parse_policy
from .series import mask_text
from .sources import read_chats
from .spotchecks import SpotCheck, spot_check

__all__ = [
    "BadInput",
    "Casebook",
    "Chart",
    "Chats",
    "Disposal",
    "Estimate",
    "Examination",
    "Extract",
    "Manifest",
    "Masked",
    "Permit",
    "Policy",
    "Refused",
    "Request",
    "Risk",
    "Route",
    "SignedIn",
    "SpotCheck",
    "Verification",
    "chart",
    "destroy",
    "detect",
    "draw_mode",
    "enrol",
    "estimate",
    "examine",
    "export",
    "fingerprint",
    "found",
    "mask",
    "mask_text",
    "overdue",
    "packaged",
    "parse_policy",
    "print_form",
    "read_chats",
    "read_manifest",
    "residual_risk",
    "route",
    "search",
    "spot_check",
    "standing",
    "verify",
]

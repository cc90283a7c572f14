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
from .indexes import Index, build_index, drop_index
from .manifests import Manifest, Verification, overdue, read_manifest, standing, verify
from .masking import Masked, mask
from .people import SignedIn
from .permits import Permit
from .plots import Plot, explore
from .policy import Policy
from .ranks import Ranking, rank
from .reports import TrendReport, write_report
from .requests import Request, fingerprint
from .risks import Risk, residual_risk
from .routes import Route, draw_mode, route
from .rulebook import packaged, parse_policy
from .series import mask_text
from .sources import read_chats
from .spotchecks import SpotCheck, spot_check
from .trends import Trends, aggregate

__all__ = [
    "BadInput",
    "Casebook",
    "Chart",
    "Chats",
    "Disposal",
    "Estimate",
    "Examination",
    "Extract",
    "Index",
    "Manifest",
    "Masked",
    "Permit",
    "Plot",
    "Policy",
    "Ranking",
    "Refused",
    "Request",
    "Risk",
    "Route",
    "SignedIn",
    "SpotCheck",
    "TrendReport",
    "Trends",
    "Verification",
    "aggregate",
    "build_index",
    "chart",
    "destroy",
    "detect",
    "draw_mode",
    "drop_index",
    "enrol",
    "estimate",
    "examine",
    "explore",
    "export",
    "fingerprint",
    "found",
    "mask",
    "mask_text",
    "overdue",
    "packaged",
    "parse_policy",
    "print_form",
    "rank",
    "read_chats",
    "read_manifest",
    "residual_risk",
    "route",
    "search",
    "spot_check",
    "standing",
    "verify",
    "write_report",
]

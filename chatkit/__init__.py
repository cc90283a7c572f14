"""chatkit: apply, search, desensitise, export, destroy. Customers' chat records, read lawfully.

Each verb turns one noun into the next: Request → Permit → Extract → Masked → Manifest → Disposal.
Not legal advice, and no access-control system: see the README.
"""

from .casebook import Casebook, SignedIn
from .charts import Chart, chart
from .chats import Chats
from .disposals import Disposal, destroy, overdue
from .errors import BadInput, Refused
from .exports import Manifest, Verification, export, manifests, read_manifest, verify
from .extracts import Estimate, Extract, estimate, search
from .findings import detect
from .forms import print_form
from .founding import found
from .masking import Masked, mask
from .permits import Permit
from .policy import Policy, packaged, parse_policy
from .requests import Request, fingerprint
from .routes import Route, draw_mode, route
from .sources import read_chats

__all__ = [
    "BadInput",
    "Casebook",
    "Chart",
    "Chats",
    "Disposal",
    "Estimate",
    "Extract",
    "Manifest",
    "Masked",
    "Permit",
    "Policy",
    "Refused",
    "Request",
    "Route",
    "SignedIn",
    "Verification",
    "chart",
    "destroy",
    "detect",
    "draw_mode",
    "estimate",
    "export",
    "fingerprint",
    "found",
    "manifests",
    "mask",
    "overdue",
    "packaged",
    "parse_policy",
    "print_form",
    "read_chats",
    "read_manifest",
    "route",
    "search",
    "verify",
]

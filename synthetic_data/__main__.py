"""``python -m synthetic_data --conversations N --seed S --out DIR [--format parquet|csv|wecom|crm] [--odd SHARE]
[--stories all|NAME,NAME]``
"""

import argparse
import sys

from . import FORMATS, STORIES, write
from .conversations import ODD


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0 if all was written, 2 if the arguments make no sense."""
    parser = argparse.ArgumentParser(prog="python -m synthetic_data", description=__doc__)
    parser.add_argument(
        "--conversations", type=int, required=True, help="how many, at least 1 (about 20 messages each)"
    )
    parser.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    parser.add_argument("--out", required=True, help="folder, made if it is not there")
    parser.add_argument("--format", choices=FORMATS, default="parquet")
    parser.add_argument("--odd", type=float, default=ODD, help="share of oddly spelled numbers, 0 to 1")
    parser.add_argument("--stories", default="", help=f"all, or some of {','.join(STORIES)}; none: nothing changes")
    given = parser.parse_args(arguments)
    try:
        written = write(
            given.out,
            conversations=given.conversations,
            seed=given.seed,
            format=given.format,
            odd=given.odd,
            stories=STORIES if given.stories == "all" else filter(None, given.stories.split(",")),
            progress=sys.stderr.isatty(),
        )
    except ValueError as error:
        parser.error(str(error))
    for name, rows in written.rows.items():
        print(f"{written.files[name]}: {rows} rows")
    for kind, planted in written.traps.items():
        print(f"  trap {kind}: {planted}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

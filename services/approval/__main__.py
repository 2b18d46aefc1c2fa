"""`python -m services.approval --department fire`: one window's instance. The rest is set by the environment."""

import argparse

from services.approval.app import build
from services.approval.settings import ApprovalSettings
from yimen.running import main


def chosen(arguments: list[str] | None = None) -> ApprovalSettings:
    """Settings from the environment; departments and window as given here, if they are."""
    parser = argparse.ArgumentParser(prog="services.approval", description=__doc__)
    parser.add_argument(
        "--department", action="append", dest="departments", help="repeat it for a comprehensive window"
    )
    parser.add_argument("--window", help="the name of a comprehensive window")
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    return ApprovalSettings(**given)


if __name__ == "__main__":
    main(build, chosen())

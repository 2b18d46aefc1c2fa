"""`python -m services.fees`"""

from services.fees.app import build
from services.fees.settings import FeesSettings
from yimen.running import main

if __name__ == "__main__":
    main(build, FeesSettings())

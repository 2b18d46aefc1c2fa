"""`python -m services.intake`"""

from services.intake.app import build
from services.intake.settings import IntakeSettings
from yimen.running import main

main(build, IntakeSettings())

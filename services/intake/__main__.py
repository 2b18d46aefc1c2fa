"""`python -m services.intake`: what can be set is set by the environment."""

from services.intake.app import build
from services.intake.settings import IntakeSettings
from yimen.running import main

if __name__ == "__main__":
    main(build, IntakeSettings())

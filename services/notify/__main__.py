"""Runs the messenger: `python -m services.notify`."""

from services.notify.app import build
from services.notify.settings import NotifySettings
from yimen.running import main

if __name__ == "__main__":
    main(build, NotifySettings())

"""python -m services.monitor"""

from services.monitor.app import build
from services.monitor.settings import MonitorSettings
from yimen.running import main

main(build, MonitorSettings())

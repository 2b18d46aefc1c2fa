"""The one register of the supervisor's handlers and timers. Each module adds what it does; `app` imports them all."""

from yimen.bus import Handlers
from yimen.timers import Timers

handlers = Handlers()
timers = Timers()

"""The one register of fees' timers. Each module adds what it does when one rings; `app` imports them all."""

from yimen.timers import Timers

timers = Timers()

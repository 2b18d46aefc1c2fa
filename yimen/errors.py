"""The kit's exceptions; the roots say how the bus treats them.

    YimenError
    ├── Transient          tried again: at once, then later; the subject waits
    │   └── CarrierDown    the broker cannot be reached, or its session ended
    ├── Permanent          a business rule says never: parked with its reason, the subject is held
    └── Unavailable        the database cannot be reached: nothing is acknowledged, nothing is lost

Any other exception is a defect of ours: tried once more, then parked.
"""


class YimenError(Exception):
    """Root of what the kit raises on purpose."""


class Transient(YimenError):
    """May succeed later without anybody's help."""


class CarrierDown(Transient):
    """The session with the broker ended or could not be opened."""


class Permanent(YimenError):
    """Will never succeed as it stands; a person has to look at it."""


class Unavailable(YimenError):
    """The database cannot be reached."""

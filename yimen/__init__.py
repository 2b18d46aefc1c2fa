"""The kit every window of the hall stands on.

A department that writes its own window installs this package alone: the words spoken on the bus (`contracts`), how
they travel (`bus`), how requests enter (`web`), and at the bottom what all of them count with: working days, money,
numbers, clocks. It knows no service; services know it.
"""

__version__ = "0.1.0"

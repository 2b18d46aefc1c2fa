"""What it costs, measured beside others in one run, on the same broker and database.

A measurement is a module with `async def measure(rig: Rig, quick: bool) -> list[Figure]`; `__main__` names them all.
"""

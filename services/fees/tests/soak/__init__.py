"""The soak of bank and clerks: one seeded dice plays everybody who touches money, and the books are checked as it goes.

mains     SQLite in the loop's own thread, where the power can fail between any two statements
hall      the service, the bank and the wire between them, started again after a power cut
windows   departments and the fee window · payers · treasury · banking: what each of them does
time      the clock, and the bank's days with their files
checks    what must hold whenever the dice rest · oracle: what was injected, and whether it was found
play      the game itself · report: what it came to, as a table
"""

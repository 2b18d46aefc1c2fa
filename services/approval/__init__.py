"""One department's window and back office (窗口与后台), or one comprehensive window's for several departments.

Guarantees: a review moves only by the rules in `domain`, one move at a time, and each move is told on the bus in the
transaction that keeps it. Knows reviews, not cases: what an answer means for the case is intake's to say.
"""

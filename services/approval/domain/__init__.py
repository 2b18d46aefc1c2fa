"""The rules of one review, pure: every move takes a state and gives the next one with what is to be said of it.

facts, state: what is known of a review · arrivals: what others told us of it ·
moves: what officials do with it · hearings, visits, extensions: the same, where there is more to it ·
fee_lists: what the department lists, and what became of it · guards: what stands in the way of several moves ·
terms: days to keep beside the limit · stand_ins: who decides for the chief representative
"""

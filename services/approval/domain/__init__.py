"""The rules of one review, pure: every move takes a state and gives the next one with what is to be said of it.

state: what is known of a review · arrivals: what others told us of it ·
moves: what officials do with it · fee_lists: what the department lists, and what became of it
"""

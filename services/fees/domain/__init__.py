"""The rules of fees: standards, notices, the books, and what a payment means. Pure values and functions.

Guarantees: amounts are integer 分 reckoned from a published standard, never typed (R50, R61).
Does not: store, know the hour, or speak to the bank.
"""

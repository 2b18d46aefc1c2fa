"""fees 收费: the fee window and the books. Ticket and payment are apart (票款分离): who asks for money never takes it.

Guarantees: amounts follow from the published standard; one notice a case; only the bank's signed message makes it paid;
every authenticated message posts its money once; the books balance by their shape and cannot be rewritten.
Does not: refund, reduce, import statements or close a day.
"""

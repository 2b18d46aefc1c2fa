"""The messenger: it tells applicants, departments' own systems and the hall's screens what happened, and decides
nothing.

Guarantees: one message per event, template and recipient, whatever the order in which events and contacts arrive;
phone numbers stay in this service's own database.
Does not: tell that a message was read, only that a gateway took or delivered it.
"""

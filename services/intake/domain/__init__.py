"""The rules of intake: values and decisions on them, without I/O and without a clock of their own.

`case` holds the values, `clock` derives their dates and timers, `door` decides until acceptance, `reviewing`
and `join` from request to the last answer, `deciding` from there to service. Every decision takes a frozen
`Case` and returns a `Change` (the next `Case` and the events that say so), or raises `Refusal`.
"""

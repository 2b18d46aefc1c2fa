"""The contracts that others build on, written from the code: AsyncAPI, JSON Schemas, samples; and what keeps them kept.

schemas    the schema of an event as a reader needs it, and its bare shape
released   every shape ever released, and whether today's still honours it
samples    one message of each released shape, made once
document   the AsyncAPI document
publish    all of it as files: written, or checked

Nothing is imported here: a running hall makes samples, and has not what `released` compares with.
"""

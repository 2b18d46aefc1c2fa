"""A small living county behind the pages: what has happened in the last fortnight, what stands open today, and, if asked,
citizens and clerks who keep working at a moved clock.

folk       who walks in, and what they want
errands    one person's business, step after step, each when it is due
standing   what is left open in every state, so that every page has something true to show
seeding    the fortnight, then what stands open
living     from then on, as long as the hall runs
"""

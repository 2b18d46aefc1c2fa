"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import books, days, lists, notices, payments, reliefs, reports, statements

routers = (
    *(lists.router, notices.router, payments.router, reliefs.router, reports.router),
    *(statements.router, days.router, books.router),
)

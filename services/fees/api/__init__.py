"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import books, lists, notices, refunds

routers = (lists.router, notices.router, refunds.router, books.router)

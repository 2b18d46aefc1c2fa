"""Pages of no area."""

from tests.browser.pages import Shown

PAGES = (
    Shown("sign-in", "/staff/sign-in"),
    Shown("forbidden", "/staff/forbidden", person="zhang-xiaomei"),
    Shown("lost", "/nowhere", expected=("404",)),
    Shown("home", "/"),
    Shown("desk", "/staff/", person="clerk-market"),
    Shown("services", "/services"),
)

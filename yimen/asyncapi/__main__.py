"""`python -m yimen.asyncapi`: the words on the bus alone, for who has only the kit. The hall's own is `deploy.contracts`."""

import sys

from yimen.asyncapi.publish import main

sys.exit(main(sys.argv[1:]))

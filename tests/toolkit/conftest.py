"""The engine over the sandbox."""

from tests.support.engine import call as call
from tests.support.engine import client as client
from tests.support.engine import engine as engine
from tests.support.engine import sandbox as sandbox

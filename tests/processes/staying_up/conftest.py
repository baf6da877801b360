"""Fixtures of the tests that stop, restart and starve real processes."""

from tests.processes.staying_up.clock import wall_clock as wall_clock
from tests.processes.staying_up.deployed import held as held
from tests.processes.staying_up.deployed import hostex as hostex
from tests.support.databases import migrated_file as migrated_file
from tests.support.databases import postgres_server as postgres_server
from tests.support.databases import sqlite_url as sqlite_url

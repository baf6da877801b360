"""Fixtures of the HTTP server's tests."""

from tests.http.keeping import clock as clock
from tests.http.keeping import store as store
from tests.http.linked import hostex as hostex
from tests.http.linked import tenants as tenants
from tests.http.racing import racers as racers
from tests.http.secrecy import no_secret_is_logged as no_secret_is_logged
from tests.support.databases import database_url as database_url
from tests.support.databases import empty_url as empty_url
from tests.support.databases import migrated_database as migrated_database
from tests.support.databases import migrated_file as migrated_file
from tests.support.databases import postgres_server as postgres_server
from tests.support.databases import postgres_url as postgres_url
from tests.support.databases import sqlite_url as sqlite_url

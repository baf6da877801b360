"""Tasks such as cleaning and maintenance, and the staff who do them."""

from operator import attrgetter
from typing import Annotated

from hostex_mcp.api.endpoints.marks import Contact
from hostex_mcp.api.endpoints.models import Id, MaybeDate, Model, Number, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


class Task(Model):
    """A task. Its times are text without an offset, in the operator's time zone."""

    id: Id
    type: Text
    status: Text
    property_id: Id | None = None
    property_title: str | None = None
    stay_code: str | None = None
    staff_id: Id | None = None
    staff_name: str | None = None
    expected_date: MaybeDate = None
    expected_time: str | None = None
    expected: str | None = None
    level: str | None = None
    currency: str | None = None
    fee: Number | None = None
    note: str | None = None
    create_time: str | None = None
    update_time: str | None = None


class Staff(Model):
    """A staff member. Hostex tells neither role nor assigned properties."""

    id: Id
    name: Text
    mobile: Annotated[str | None, Contact("phone")] = None
    email: Annotated[str | None, Contact("email")] = None
    note: str | None = None
    is_active: bool | None


LIST_TASKS = ListEndpoint("/tasks", "tasks", Task, attrgetter("id"))
CREATE_TASK = Operation("POST", "/tasks", int, "task_id")
UPDATE_TASK = Operation[None]("PATCH", "/tasks/{id}")
DELETE_TASK = Operation[None]("DELETE", "/tasks/{id}")

LIST_STAFFS = ListEndpoint("/staffs", "staffs", Staff, attrgetter("id"))
CREATE_STAFF = Operation("POST", "/staffs", int, "staff_id")
UPDATE_STAFF = Operation[None]("PATCH", "/staffs/{id}")
DELETE_STAFF = Operation[None]("DELETE", "/staffs/{id}")

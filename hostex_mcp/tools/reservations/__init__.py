"""The toolset of bookings and stays."""

from hostex_mcp.tools.reservations.allocation import allocate_reservation, move_reservation_to_box
from hostex_mcp.tools.reservations.bookings import (
    approve_reservation,
    cancel_reservation,
    create_reservation,
    decline_reservation,
)
from hostex_mcp.tools.reservations.custom_fields import update_reservation_custom_fields
from hostex_mcp.tools.reservations.read import (
    get_reservation_custom_fields,
    list_custom_channels,
    list_reservation_tags,
    list_reservations,
)
from hostex_mcp.tools.reservations.stays import (
    update_reservation_basic,
    update_reservation_checkin_details,
    update_reservation_stay_status,
)
from hostex_mcp.tools.reservations.tags import (
    add_reservation_tag,
    create_reservation_tag,
    delete_reservation_tag,
    remove_reservation_tag,
)

TOOLS = (
    list_reservations,
    get_reservation_custom_fields,
    list_reservation_tags,
    list_custom_channels,
    create_reservation,
    cancel_reservation,
    approve_reservation,
    decline_reservation,
    update_reservation_basic,
    update_reservation_checkin_details,
    update_reservation_stay_status,
    update_reservation_custom_fields,
    move_reservation_to_box,
    allocate_reservation,
    add_reservation_tag,
    remove_reservation_tag,
    create_reservation_tag,
    delete_reservation_tag,
)

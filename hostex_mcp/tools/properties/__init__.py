"""The toolset of properties, their groups, tags and room types."""

from hostex_mcp.tools.properties.grouping import (
    create_property_group,
    create_property_tag,
    delete_property_group,
    delete_property_tag,
    update_property_group,
    update_property_tag,
)
from hostex_mcp.tools.properties.read import (
    list_channel_accounts,
    list_listings,
    list_properties,
    list_property_groups,
    list_room_types,
    list_tags,
)
from hostex_mcp.tools.properties.write import create_property, create_room_type

TOOLS = (
    list_properties,
    list_property_groups,
    list_tags,
    list_room_types,
    list_channel_accounts,
    list_listings,
    create_property,
    create_property_group,
    update_property_group,
    delete_property_group,
    create_property_tag,
    update_property_tag,
    delete_property_tag,
    create_room_type,
)

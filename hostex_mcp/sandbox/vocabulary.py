"""The closed word lists of the API."""

CHANNEL_TYPES = (
    "airbnb",
    "booking.com",
    "agoda",
    "expedia",
    "vrbo",
    "trip.com",
    "booking_site",
    "tujia_intl",
    "hostex_direct",
    "tujia",
    "xiaozhu",
    "meituan_bnb",
    "meituan_hotel",
    "muniao",
    "fliggy",
    "zhukeyun",
    "tiktok",
    "xiaohongshu",
    "ctrip",
    "houfy",
)
# ctrip is described for the calendar operations without being on their list; Inferred: it is taken.
CALENDAR_CHANNELS = (
    "airbnb",
    "booking.com",
    "agoda",
    "expedia",
    "vrbo",
    "trip.com",
    "booking_site",
    "tujia_intl",
    "houfy",
    "ctrip",
)
CATEGORY_RATING_CHANNELS = ("airbnb", "zhenguo")
RESERVATION_STATUSES = ("wait_accept", "wait_pay", "accepted", "cancelled", "denied", "timeout")
HOLDING_STATUSES = ("wait_accept", "wait_pay", "accepted")
RESERVATION_ORDERS = ("booked_at", "check_in_date", "check_out_date", "cancelled_at", "created_at")
STAY_STATUSES = ("checkin_pending", "in_house", "stay_completed")
ID_REQUIREMENTS = ("not_required", "required", "required_with_review")
REVIEW_STATUSES = ("pending_guest_review", "pending_host_review", "reviewed")
TASK_TYPES = ("cleaning", "maintenance", "reception", "room_service", "other")
TASK_STATUSES = ("pending", "in_progress", "completed", "cancelled")
TASK_LEVELS = ("standard", "simple", "advanced")
DIRECTIONS = ("income", "expense")
AUTOMATION_TYPES = ("message", "review")
PROPERTY_SCOPES = ("all", "by_property", "by_group", "by_room_type")
CHANNEL_SCOPES = ("all", "by_channel")
SHARE_SCOPES = ("entire", "partial")
TAG_COLORS = ("#FD587B", "#1BBFA4", "#FFA410", "#F3D432", "#2CBCFD", "#7175FA", "#EF7EDE")
GRANT_TYPES = ("authorization_code", "refresh_token")
WEBHOOK_EVENTS = (
    "reservation_created",
    "reservation_updated",
    "property_availability_updated",
    "listing_calendar_updated",
    "message_created",
    "review_created",
    "review_updated",
    "transaction_created",
    "transaction_updated",
    "transaction_deleted",
)
EMAIL_PATTERN = r"[^@\s]+@[^@\s]+\.[^@\s]+"
CURRENCY_PATTERN = r"[A-Z]{3}"

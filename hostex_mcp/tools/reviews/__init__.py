"""The toolset of reviews."""

from hostex_mcp.tools.reviews.read import list_reviews
from hostex_mcp.tools.reviews.write import create_review, reply_to_review

TOOLS = (
    list_reviews,
    create_review,
    reply_to_review,
)

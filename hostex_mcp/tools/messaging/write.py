"""Tools that send messages to guests, and write the team's private note on a thread."""

from dataclasses import replace
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import MaxLen, MinLen
from anyio import Lock

from hostex_mcp.api import BadRequest, FieldProblem
from hostex_mcp.api import errors as api_errors
from hostex_mcp.api.endpoints import messaging as api
from hostex_mcp.domain.messages import new_ours, sent_before
from hostex_mcp.toolkit.arguments import Code, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.messaging._pictures import Picture, picture_from_path, picture_from_url, picture_host
from hostex_mcp.tools.messaging._threads import (
    Addressee,
    addressee,
    guest_of,
    last_word_warnings,
    read_thread,
    spoken_at,
    target,
)
from hostex_mcp.tools.writing.due_soon import due_soon
from hostex_mcp.tools.writing.edits import change_body, undo_to
from hostex_mcp.tools.writing.lost_answers import answered_or_found, if_readable

_UNSEEN = (
    "Hostex took it, but the thread does not show it yet: channels can be slow, and some change the text."
)


class NoteView(TypedDict, total=False):
    """The team's private note on a thread."""

    conversation_id: str
    note: str | None


class Sent(Addressee, total=False):
    """A message that was sent; `delivered` says whether the thread, read again, shows it."""

    message: str
    picture: str
    delivered: bool
    message_id: str
    note: str


@tool(
    "Send a message to a guest",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="send_message",
    core=True,
    open_world=True,
    keywords="reply answer write text picture photo image guest",
    draft="message",
)
async def send_message(
    context: Context,
    conversation_id: Annotated[Code, "or stay's code"],
    message: Annotated[str, MinLen(1), MaxLen(10_000)] | None = None,
    image_path: Annotated[str, MaxLen(1_000), "file in an opened folder"] | None = None,
    image_url: Annotated[str, MaxLen(2_000), "public https address"] | None = None,
) -> PlannedWrite[Sent]:
    """Send a guest a text or a picture (JPEG, PNG, WebP or GIF), at once and for good: exactly one of
    `message`, `image_path` and `image_url`. The result has the guest, the property and the guest's last
    message, and says whether the thread, read again, shows what was sent."""
    _require_single(message, image_path, image_url)
    host = picture_host(image_url) if image_url is not None else ""
    address = image_url if host and host not in context.picture_hosts else None
    picture = None if address else await _picture(context, image_path, image_url)
    thread = await read_thread(context, conversation_id)

    async def send() -> Sent:
        image = await _fetched(address, context.decoding) if address else picture
        body = {"jpeg_base64": image.base64} if image else {"message": message}
        delivery = await _delivered(context, thread, body)
        row: dict[str, Any] = {"picture": image.size} if image else {"message": message or ""}
        row["delivered"] = delivery is not None
        if delivery is None:
            row["note"] = _UNSEEN
        elif delivery.id:
            row["message_id"] = delivery.id
        return Sent(**addressee(context, thread), **row)

    content = _in_words(picture, image_url) if picture or address else message
    preview = await _preview(context, thread, message, content)
    return PlannedWrite(send, preview=_from_host(preview, host) if address else preview)


def _require_single(*contents: str | None) -> None:
    if contents.count(None) != len(contents) - 1:
        problem = "give exactly one of message, image_path and image_url"
        raise InvalidArguments(FieldProblem("message", problem))


def _in_words(picture: Picture | None, address: str | None) -> str:
    facts = f"{picture.size}, fingerprint {picture.fingerprint}" if picture else ""
    return ", ".join(filter(None, (address, facts)))


async def _preview(
    context: Context, thread: api.Conversation, message: str | None, content: str | None
) -> Preview:
    """Return whom the message goes to, all of it, and warnings of what else the guest gets."""
    codes = [activity.reservation_code for activity in thread.activities if activity.reservation_code]
    warnings = [*last_word_warnings(thread), *await due_soon(context, codes)]
    if message and (same := sent_before(thread, message)):
        warnings.append(f"The same text was sent already, {spoken_at(same)}.")
    name = "message" if message else "picture"
    summary = f"Send a {name} to {guest_of(thread)}; it cannot be taken back"
    return Preview(summary, target(context, thread), [{"what": name, "after": content}], warnings)


def _from_host(preview: Preview, host: str) -> Preview:
    """Add to a preview that nobody here has seen the picture."""
    fetched = f"The picture is fetched from {host} once you agree, which tells {host} its full address."
    return replace(
        preview,
        target={**preview.target, "picture_host": host},
        warnings=[
            *preview.warnings,
            fetched,
            "Nobody here has seen it; the guest gets whatever is there at that moment.",
        ],
    )


async def _picture(context: Context, image_path: str | None, image_url: str | None) -> Picture | None:
    """Return the picture to send, None where a text is sent.

    Raises:
        InvalidArguments: when it cannot be read or fetched.
    """
    if image_path is not None:
        return await picture_from_path(image_path, context.image_folders, context.decoding)
    return None if image_url is None else await picture_from_url(image_url, context.decoding)


async def _fetched(address: str, turn: Lock) -> Picture:
    """Return the picture at an address that a person has agreed to.

    Raises:
        BadRequest: when it cannot be fetched.
    """
    try:
        return await picture_from_url(address, turn)
    except InvalidArguments as error:
        # Only errors of the API may leave a write that was agreed to.
        fields = tuple(api_errors.FieldProblem(refused.field, refused.problem) for refused in error.problems)
        raise BadRequest(f"Nothing was sent: the picture at {error}.", fields=fields) from None


async def _delivered(context: Context, before: api.Conversation, body: dict[str, Any]) -> api.Message | None:
    """Send a message and find it in its thread, None while it does not show."""
    path = {"conversation_id": before.id}

    async def listed() -> api.Message | None:
        return new_ours(before, await read_thread(context, before.id), body.get("message"))

    await answered_or_found(lambda: context.client.call(api.SEND_MESSAGE, path=path, body=body), listed)
    return await if_readable(listed)


@tool(
    "Write the note of a conversation",
    effect=Effect.INTERNAL,
    hostex_name="update_conversation_note",
    idempotent=True,
    keywords="private remark memo team comment",
)
async def update_conversation_note(
    context: Context,
    conversation_id: Code,
    note: Annotated[str, MaxLen(5000), "the whole new note"] | None = None,
    clear: list[Literal["note"]] | None = None,
) -> PlannedWrite[NoteView]:
    """Replace the team's private note on a guest thread. Guests never see it. The undo holds the old note."""
    text = change_body(clear, {"note": ""}, note=note)["note"]
    thread = await read_thread(context, conversation_id)
    path = {"conversation_id": thread.id}

    async def send() -> NoteView:
        answer = await context.client.call(api.UPDATE_CONVERSATION_NOTE, path=path, body={"note": text})
        return NoteView(conversation_id=thread.id, note=answer.note or "")

    old = thread.note or ""
    undo = undo_to("update_conversation_note", path, {"note": old}, ["note"])
    changes = [{"what": "note", "before": old or "not set", "after": text or "not set"}]
    summary = f"Write the private note on the conversation with {guest_of(thread)}"
    preview = Preview(summary, target(context, thread), changes)
    return PlannedWrite(send, undo, preview, "The note reads so already." if text == old else "")

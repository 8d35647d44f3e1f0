"""Methods for groups with topics: opening and closing them, copies, reactions, rights."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.texts import utf16_length
from bot.fakes.telegram.asking import ApiError, Arguments, in_thread, known, limit, markup_of, quoted, writable
from bot.fakes.telegram.world import Chat, TelegramWorld

ICON_COLOURS = frozenset({7322096, 16766590, 13338331, 9367192, 16749490, 16478047})
LONGEST_NAME = 128
REACTIONS = frozenset(
    [
        "👍",
        "👎",
        "❤",
        "🔥",
        "🥰",
        "👏",
        "😁",
        "🤔",
        "🤯",
        "😱",
        "🤬",
        "😢",
        "🎉",
        "🤩",
        "🤮",
        "💩",
        "🙏",
        "👌",
        "🕊",
        "🤡",
        "🥱",
        "🥴",
        "😍",
        "🐳",
        "❤\u200d🔥",
        "🌚",
        "🌭",
        "💯",
        "🤣",
        "⚡",
        "🍌",
        "🏆",
        "💔",
        "🤨",
        "😐",
        "🍓",
        "🍾",
        "💋",
        "🖕",
        "😈",
        "😴",
        "😭",
        "🤓",
        "👻",
        "👨\u200d💻",
        "👀",
        "🎃",
        "🙈",
        "😇",
        "😨",
        "🤝",
        "✍",
        "🤗",
        "🫡",
        "🎅",
        "🎄",
        "☃",
        "💅",
        "🤪",
        "🗿",
        "🆒",
        "💘",
        "🙉",
        "🦄",
        "😘",
        "💊",
        "🙊",
        "😎",
        "👾",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
        "😡",
    ]
)
"""What anybody may react with; ✅ and ❌ are not among it."""
_UNCOPIED = frozenset(
    {"forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited", "invoice"}
)
_PLACE = frozenset({"message_id", "date", "chat", "from", "message_thread_id", "is_topic_message",
                    "reply_to_message", "edit_date", "html", "reply_markup"})  # fmt: skip


async def create_forum_topic(world: TelegramWorld, arguments: Arguments) -> Any:
    """Open a topic."""
    chat = _manageable(world, arguments)
    name = _name(arguments)
    colour = int(arguments.get("icon_color", 7322096))
    if colour not in ICON_COLOURS:
        raise ApiError(400, "Bad Request: TOPIC_ICON_COLOR_INVALID")
    limit(world, chat)
    opening = world.new_message(
        chat, world.me, is_topic_message=True, forum_topic_created={"name": name, "icon_color": colour}
    )
    thread = opening["message_thread_id"] = opening["message_id"]
    chat.topics[thread] = {"name": name, "icon_color": colour, "is_closed": False}
    return {"message_thread_id": thread, "name": name, "icon_color": colour}


async def edit_forum_topic(world: TelegramWorld, arguments: Arguments) -> Any:
    """Rename a topic."""
    topic = _topic(_manageable(world, arguments), arguments)
    name = _name(arguments)
    if topic["name"] == name:
        raise ApiError(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic["name"] = name
    return True


async def close_forum_topic(world: TelegramWorld, arguments: Arguments) -> Any:
    """Close a topic; the group is told by a service message of the bot."""
    return _set_closed(world, arguments, "forum_topic_closed", closed=True)


async def reopen_forum_topic(world: TelegramWorld, arguments: Arguments) -> Any:
    """Open a closed topic again."""
    return _set_closed(world, arguments, "forum_topic_reopened", closed=False)


async def delete_forum_topic(world: TelegramWorld, arguments: Arguments) -> Any:
    """Delete a topic with everything in it."""
    chat = _manageable(world, arguments)
    _topic(chat, arguments)
    remove_topic(chat, int(arguments["message_thread_id"]))
    return True


async def copy_message(world: TelegramWorld, arguments: Arguments) -> Any:
    """Send a message again, without saying where it comes from."""
    chat = writable(world, arguments)
    source = known(world, arguments, "from_chat_id").messages.get(int(arguments.get("message_id", 0)))
    if source is None:
        raise ApiError(400, "Bad Request: message to copy not found")
    if _UNCOPIED & source.keys():
        raise ApiError(400, "Bad Request: message can't be copied")
    limit(world, chat)
    content = {name: value for name, value in source.items() if name not in _PLACE}
    content |= in_thread(chat, arguments) | quoted(chat, arguments)
    if markup := markup_of(arguments):
        content["reply_markup"] = markup
    return {"message_id": world.new_message(chat, world.me, **content)["message_id"]}


async def set_message_reaction(world: TelegramWorld, arguments: Arguments) -> Any:
    """React to a message; a bot has one reaction for each."""
    chat = writable(world, arguments)
    wanted = arguments.get("reaction") or []
    if len(wanted) > 1:
        raise ApiError(400, "Bad Request: REACTIONS_TOO_MANY")
    if not chat.has_reactions:
        raise ApiError(400, "Bad Request: REACTION_INVALID")
    number = int(arguments.get("message_id", 0))
    if number not in chat.messages:
        raise ApiError(400, "Bad Request: message to react not found")
    for reaction in wanted:
        # A custom emoji is only for chats that pay, and libraries send one for whatever they do not know.
        if reaction["type"] != "emoji" or reaction["emoji"].replace("\ufe0f", "") not in REACTIONS:
            raise ApiError(400, "Bad Request: REACTION_INVALID")
    limit(world, chat)
    chat.reactions.pop(number, None)
    if wanted:
        chat.reactions[number] = wanted[0]["emoji"]
    return True


async def get_chat(world: TelegramWorld, arguments: Arguments) -> Any:
    """Describe a chat."""
    return known(world, arguments).shown() | {"accent_color_id": 0, "max_reaction_count": 11}


async def get_chat_member(world: TelegramWorld, arguments: Arguments) -> Any:
    """Say what somebody is in a chat; the bot is an administrator unless its rights were taken."""
    chat = writable(world, arguments)
    if int(arguments.get("user_id", 0)) != world.me["id"]:
        return {"status": "member", "user": {"id": int(arguments["user_id"]), "is_bot": False, "first_name": "?"}}
    if not chat.rights:
        return {"status": "member", "user": world.me}
    names = (
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics",
    )  # fmt: skip
    return {"status": "administrator", "user": world.me, **{name: name in chat.rights for name in names}}


def remove_topic(chat: Chat, thread: int) -> None:
    """Forget a topic and its messages."""
    del chat.topics[thread]
    for number, message in list(chat.messages.items()):
        if message.get("message_thread_id") == thread:
            del chat.messages[number]


FORUM_METHODS: dict[str, Callable[[TelegramWorld, Arguments], Awaitable[Any]]] = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
    "copyMessage": copy_message,
    "setMessageReaction": set_message_reaction,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
}


def _manageable(world: TelegramWorld, arguments: Arguments) -> Chat:
    chat = writable(world, arguments)
    if not chat.is_forum:
        raise ApiError(400, "Bad Request: the chat is not a forum")
    if "can_manage_topics" not in chat.rights:
        raise ApiError(400, "Bad Request: not enough rights to manage topics")
    return chat


def _topic(chat: Chat, arguments: Arguments) -> dict[str, Any]:
    topic = chat.topics.get(int(arguments.get("message_thread_id", 0)))
    if topic is None:
        raise ApiError(400, "Bad Request: message thread not found")
    return topic


def _name(arguments: Arguments) -> str:
    name = str(arguments.get("name", ""))
    if not 1 <= utf16_length(name) <= LONGEST_NAME:
        raise ApiError(400, "Bad Request: TOPIC_TITLE_INVALID")
    return name


def _set_closed(world: TelegramWorld, arguments: Arguments, told: str, *, closed: bool) -> bool:
    chat = _manageable(world, arguments)
    topic = _topic(chat, arguments)
    if topic["is_closed"] is closed:
        raise ApiError(400, "Bad Request: TOPIC_NOT_MODIFIED")
    topic["is_closed"] = closed
    thread = int(arguments["message_thread_id"])
    message = world.new_message(chat, world.me, message_thread_id=thread, is_topic_message=True, **{told: {}})
    world.deliver({"message": message})
    return True

"""Telegram on your own machine: a Bot API emulator and a page of phones."""

from simulator.bots import Tap
from simulator.emulator import TOKEN, Emulator
from simulator.errors import ApiError
from simulator.people import Phone
from simulator.server import create_app
from simulator.serving import serving
from simulator.state import Chat, Message, Person

__all__ = [
    "TOKEN",
    "ApiError",
    "Chat",
    "Emulator",
    "Message",
    "Person",
    "Phone",
    "Tap",
    "create_app",
    "serving",
]

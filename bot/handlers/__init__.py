"""What people press and write, by what it is about; the order of the routers is the order of trying."""

from aiogram import Router

from bot.handlers import actions, forms, linking, menu, strangers, views, words


def router() -> Router:
    """All handlers; strangers first, free words last."""
    root = Router(name="jintang")
    root.include_routers(
        linking.make(),
        strangers.make(),
        menu.make(),
        views.make(),
        actions.make(),
        forms.make(),
        words.make(),
    )
    return root

"""`jintang run`: Jintang at work."""

from jintang.installation import told


@told
async def run() -> None:
    """开始工作：收消息、发提醒、追期限。"""
    from jintang.running import work  # the messenger library loads slowly; other commands need not wait

    await work()

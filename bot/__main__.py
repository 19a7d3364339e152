"""``python -m bot`` is ``baogao``."""

from bot.cli import main

main()

"""``python -m bot`` is ``baogao``."""

from bot.terminal.cli import main

main()

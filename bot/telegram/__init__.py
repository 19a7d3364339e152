"""The Telegram bot: the only package that knows python-telegram-bot."""

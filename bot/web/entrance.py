"""The door of the page: logging in and out, and the accounts that may."""

from __future__ import annotations

from types import SimpleNamespace

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.web.accounts import LOGIN_LASTS_S
from bot.web.desk import Desk
from bot.web.guard import COOKIE, LOCAL, Visitor
from bot.web.limits import Window
from bot.web.rendering import fields_of, language_of, page
from bot.web.texts import texts
from retrieval.errors import ConfigurationError

WINDOW_S = 900.0
TRIES = 5  # from one address
TRIES_A_NAME = 20  # from all addresses together; others' right passwords forgive none of them


def routes(desk: Desk) -> list[Route]:
    """Return the pages over ``desk``."""
    accounts = desk.accounts
    addresses, names = Window(TRIES, WINDOW_S), Window(TRIES_A_NAME, WINDOW_S)
    hashing = anyio.CapacityLimiter(1)  # a guess costs 64 MB: guessers wait for each other

    async def tried(request: Request, name: str, password: str) -> tuple[str | None, float]:
        """Return the token of a new login, or how long (s) no more may be tried."""
        address, account = request.client.host if request.client else "", name.lower()
        wait_s = max(addresses.wait_s(address), names.wait_s(account))
        if wait_s > 0:
            return None, wait_s
        addresses.add(address)  # counted before it is tried, so that tries at once count too
        names.add(account)
        token = await anyio.to_thread.run_sync(
            lambda: accounts.log_in(name, password), limiter=hashing
        )
        if token is not None:
            addresses.forgive(address)
            names.forgive(account)
        return token, 0.0

    async def log_in(request: Request) -> Response:
        words, told, status = texts(language_of(request)), "", 200
        onward = request.query_params.get("next", "/")
        if not onward.startswith("/") or onward.startswith(("//", "/\\")):
            onward = "/"
        if request.method == "POST":
            given = await fields_of(request)
            name, password = given.get("name", ""), given.get("password", "")
            token, wait_s = await tried(request, name, password)
            if token is not None:
                return _entered(request, token, onward)
            told, status = _refused(words, wait_s)
        return page(request, "login.html", status=status, onward=onward, told=told)

    async def log_out(request: Request) -> Response:
        accounts.log_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    async def manage(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        words, told, status = texts(language_of(request)), "", 200
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await fields_of(request)
            if form.get("do") == "mine":
                if visitor == LOCAL:
                    raise HTTPException(403, words.admins_only)
                token, wait_s = await tried(request, visitor.name, form.get("old", ""))
                told, status = ("", 200) if token else _refused(words, wait_s)
                form["name"] = visitor.name
            elif not visitor.is_admin:
                raise HTTPException(403, words.admins_only)
            elif form.get("name", "").lower() == visitor.name.lower() and visitor != LOCAL:
                told, status = words.not_yourself, 400
            elif visitor == LOCAL and form.get("role") != "admin":
                told, status = words.first_is_admin, 400  # else nobody could manage them here
            if not told:
                try:
                    await anyio.to_thread.run_sync(lambda: _done(form), limiter=hashing)
                except ConfigurationError as error:
                    told, status = str(error), 400
            if not told:
                token = None
                if form["do"] == "mine":  # the change ended this login too
                    token = accounts.log_in(visitor.name, form["password"])
                return _entered(request, token, "/accounts?done=1")
        return page(
            request, "accounts.html", status=status, form=form, failed=bool(told),
            told=told or (words.changed if request.query_params.get("done") else ""),
            accounts=accounts.listed() if visitor.is_admin else [],
        )  # fmt: skip

    def _done(form: dict[str, str]) -> None:
        name, role, password = (form.get(field, "") for field in ("name", "role", "password"))
        match form.get("do"):
            case "add":
                accounts.add(name, role, password)
            case "role":
                accounts.change_role(name, role)
            case "password" | "mine":
                accounts.change_password(name, password)
            case "remove":
                accounts.remove(name)
            case _:
                raise HTTPException(400, "表单的内容不对")

    both = ["GET", "POST"]
    return [
        Route("/login", log_in, methods=both),
        Route("/logout", log_out, methods=["POST"]),
        Route("/accounts", manage, methods=both),
    ]


def _refused(words: SimpleNamespace, wait_s: float) -> tuple[str, int]:
    if wait_s > 0:
        return words.too_many.format(round(wait_s / 60 + 0.5)), 429
    return words.wrong_password, 401


def _entered(request: Request, token: str | None, onward: str) -> Response:
    response = RedirectResponse(onward, 303)
    if token is not None:
        response.set_cookie(
            COOKIE, token, max_age=LOGIN_LASTS_S, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response

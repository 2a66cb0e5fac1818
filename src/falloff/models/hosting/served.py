"""The far side: a model in the process that computes it, asked in JSON."""

from __future__ import annotations

import json
import os
from contextlib import suppress

from threadpoolctl import threadpool_limits

from falloff.core import FalloffError, ModelError
from falloff.models.hosting.wire import pack_error, pack_reply, unpack_request
from falloff.models.load import load_model
from falloff.models.model import Model, notes_of


class Served:
    """A model by its spec, loaded where this object is made.

    Raises nothing: what goes wrong is packed into the answer, which is JSON in every case.
    ``folder``: where relative paths begin, if it is there.
    """

    def __init__(self, spec: str, folder: str | None = None) -> None:
        self._model: Model | None = None
        if folder:
            with suppress(OSError):
                os.chdir(folder)
        try:
            self._model = load_model(spec)
            self._facts = _facts(self._model)
            # As in the process that asks: small models lose by a second BLAS thread.
            threadpool_limits(limits=1, user_api="blas")
        except Exception as problem:  # whatever it is, who asks must hear of it
            self._facts = pack_error(_told(spec, problem))
        self._spec = spec

    async def facts(self) -> str:
        """Once loaded: its spec, its concurrency, and how it describes itself."""
        return self._facts

    async def reply(self, request: str) -> str:
        """The reply, or the error, to a packed request."""
        assert self._model is not None  # noqa: S101 - who could not load it does not ask it
        try:
            reply = await self._model.reply(unpack_request(request))
        except Exception as problem:  # as above
            return pack_error(_told(self._spec, problem))
        return pack_reply(reply, list(notes_of(self._model)))

    async def forget(self, conversation: str) -> None:
        if self._model is not None:
            self._model.forget(conversation)


def _facts(model: Model) -> str:
    return json.dumps(
        {"spec": model.spec, "concurrency": model.concurrency, "description": model.describe()}
    )


def _told(spec: str, problem: Exception) -> FalloffError:
    if isinstance(problem, FalloffError):
        return problem
    return ModelError(
        f"Model '{spec}' failed: {type(problem).__name__}: {problem}.",
        remedy="Run again with --executor asyncio --debug to see where.",
    )

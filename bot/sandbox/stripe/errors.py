"""Stripe's error answers: one exception, and a constructor for each way a request can be wrong."""

from typing import Any

DOC_URL = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """A request that Stripe would refuse: the HTTP status and the body's `error` object."""

    def __init__(self, status: int, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = fields.pop("headers", {})
        self.error: dict[str, Any] = {"message": message, "type": "invalid_request_error"}
        self.error |= {name: value for name, value in fields.items() if value is not None}
        code = self.error.get("code")
        if code is not None:
            self.error["doc_url"] = DOC_URL + str(code).replace("_", "-")

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return {"error": self.error}


def bad_request(message: str, *, code: str | None = None, param: str | None = None) -> StripeError:
    """400: the request is wrong, or the object is in the wrong state for it."""
    return StripeError(400, message, code=code, param=param)


def unknown_parameters(names: list[str]) -> StripeError:
    """400: parameters that this call does not have."""
    word = "parameter" if len(names) == 1 else "parameters"
    message = f"Received unknown {word}: {', '.join(names)}"
    return bad_request(message, code="parameter_unknown", param=names[0])


def missing_parameter(name: str) -> StripeError:
    """400: a parameter that this call needs."""
    return bad_request(f"Missing required param: {name}.", code="parameter_missing", param=name)


def empty_parameter(name: str) -> StripeError:
    """400: an empty value for something that can't be unset."""
    message = (
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{name}' cannot be unset."
    )
    return bad_request(message, code="parameter_invalid_empty", param=name)


def no_such(kind: str, identifier: str, *, param: str = "id") -> StripeError:
    """404 for the object in the path, 400 for one that a parameter names."""
    words = kind.removeprefix("billing.").replace("_", " ")
    status = 404 if param == "id" else 400
    message = f"No such {words}: '{identifier}'"
    return StripeError(status, message, code="resource_missing", param=param)


def unrecognized_url(method: str, path: str) -> StripeError:
    """404: no such route."""
    message = (
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs "
        "or we can help at https://support.stripe.com/."
    )
    return StripeError(404, message)


def no_key() -> StripeError:
    """401: a request without a key."""
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization "
        "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
    )
    return StripeError(401, message)


def wrong_key(key: str) -> StripeError:
    """401: a key that belongs to nobody; only its ends are repeated."""
    shown = f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}" if len(key) > 12 else "****"
    return StripeError(401, f"Invalid API Key provided: {shown}")


def not_permitted(account: str, permission: str) -> StripeError:
    """403: a restricted key without the right for this resource."""
    message = (
        "The provided key does not have the required permissions for this endpoint on account "
        f"'{account}'. Having the '{permission}' permission would allow this request to continue."
    )
    return StripeError(403, message, code="more_permissions_required")


def too_many_requests(reason: str) -> StripeError:
    """429: the endpoint's or the account's limit."""
    message = "Request rate limit exceeded. See https://stripe.com/docs/rate-limits."
    headers = {"Stripe-Rate-Limited-Reason": reason}
    return StripeError(429, message, code="rate_limit", headers=headers)


def other_parameters(key: str) -> StripeError:
    """400: an idempotency key that was used for something else."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )
    return StripeError(400, message, type="idempotency_error")


def key_in_use(key: str) -> StripeError:
    """409: the first request with this key is still running."""
    message = f"There is currently another in-progress request using this Idempotent Key: {key}."
    return StripeError(409, message, type="idempotency_error", code="idempotency_key_in_use")


def request_failed() -> StripeError:
    """402: nothing is wrong with the request, and yet it can't be done."""
    return StripeError(402, "The parameters were valid, but the request failed.")


def server_failed() -> StripeError:
    """500: something broke at Stripe."""
    message = "An unknown error occurred. It has been logged; try again or ask support."
    return StripeError(500, message, type="api_error")


def card_declined(charge: str, payment_intent: dict[str, Any], decline_code: str) -> StripeError:
    """402: the bank said no."""
    return StripeError(
        402,
        DECLINE_MESSAGES.get(decline_code, DECLINE_MESSAGES["generic_decline"]),
        type="card_error",
        code=decline_code if decline_code in OWN_CODES else "card_declined",
        decline_code=decline_code,
        charge=charge,
        payment_intent=payment_intent,
    )


# Declines that have a code of their own among the errors.
OWN_CODES = frozenset({"authentication_required", "expired_card"})
DECLINE_MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
}

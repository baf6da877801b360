"""Money of reservations: what the stays of one order add up to, and what of it was paid."""

from hostex_mcp.sandbox.state import Row, SandboxAccount


def money(currency: str, amount: float) -> Row:
    """Return an amount in major units with its currency."""
    return {"currency": currency, "amount": amount}


def stay_rates(currency: str, rate: float, commission: float) -> Row:
    """Return the rates of one stay of a direct booking; the totals of the order come from `settle_order`."""
    details = [_detail("ACCOMMODATION", "Room revenue", currency, rate)]
    if commission:
        details.append(_detail("HOST_SERVICE_FEE", "Commission", currency, commission))
    return {
        "total_rate": money(currency, rate),
        "total_commission": money(currency, commission),
        "rate": money(currency, rate),
        "commission": money(currency, commission),
        "tax": None,
        "details": details,
    }


def settle_order(stays: list[Row], received: float) -> None:
    """Write the order's totals and its payment on every stay of a reservation."""
    currency = stays[0]["rates"]["rate"]["currency"]
    total = _sum(stays, "rate")
    commission = _sum(stays, "commission")
    for stay in stays:
        stay["rates"]["total_rate"] = money(currency, total)
        stay["rates"]["total_commission"] = money(currency, commission)
        stay["payment"] = _payment(currency, round(total - commission, 2), received)


def add_received(account: SandboxAccount, reservation_code: str, amount: float) -> None:
    """Add a payment to an order, or take one back. Inferred: recorded income counts as received."""
    stays = [stay for stay in account.stays.values() if stay["reservation_code"] == reservation_code]
    for stay in stays:
        payment = stay["payment"]
        received = max(0, round(payment["received_amount"] + amount, 2))
        stay["payment"] = _payment(payment["currency"], payment["total_amount"], received)


def _payment(currency: str, total: float, received: float) -> Row:
    return {
        "currency": currency,
        "total_amount": total,
        "received_amount": received,
        "balance_amount": max(0, round(total - received, 2)),
        "status": _payment_status(total, received),
    }


def _payment_status(total: float, received: float) -> str:
    if received > total:
        return "over_received"
    if received == total:
        return "received"
    return "partial" if received else "unreceived"


def _sum(stays: list[Row], key: str) -> float:
    return round(sum(stay["rates"][key]["amount"] for stay in stays), 2)


def _detail(kind: str, description: str, currency: str, amount: float) -> Row:
    return {"type": kind, "description": description, "currency": currency, "amount": amount}

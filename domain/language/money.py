"""Amounts of money: exact, with no more digits than the currency has (ISO 4217)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Annotated, Any, Final

from domain.language.bounds import STRICT

_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
        "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
        "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD "
        "XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCIES: Final = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


class _Currency:
    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {"type": "literal", "expected": sorted(CURRENCIES)}


class _Amount:
    """A decimal string such as ``"480.00"``; kept as the exact decimal."""

    pattern = r"^[0-9]{1,12}(\.[0-9]{1,4})?$"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": self.parse},
            "serialization": {"type": "to-string", "when_used": "json"},
        }

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {"type": "string", "pattern": self.pattern, "examples": ["480.00"]}

    def parse(self, value: object) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if not isinstance(value, str) or not re.match(self.pattern, value) or value.endswith("\n"):
            raise ValueError('an amount is a decimal string that is not negative, such as "480.00"')
        return Decimal(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in a currency, written with all of the currency's digits."""

    __pydantic_config__ = STRICT

    amount: Annotated[Decimal, _Amount()]
    currency: Annotated[str, _Currency()]

    def __post_init__(self) -> None:
        """Raises ValueError when the amount has more digits than its currency."""
        digits = CURRENCIES[self.currency]
        written = self.amount.quantize(Decimal(1).scaleb(-digits))
        if written != self.amount:
            raise ValueError(f"{self.currency} amounts have at most {digits} decimal places")
        object.__setattr__(self, "amount", written)

    @property
    def smallest(self) -> int:
        """The amount in the smallest unit of its currency."""
        return int(self.amount.scaleb(CURRENCIES[self.currency]))

    def times(self, factor: Fraction) -> "Money":
        """The exact product with a factor that is not negative, rounded half up to the currency's digits."""
        digits = CURRENCIES[self.currency]
        smallest = floor(Fraction(self.amount) * factor * 10**digits + Fraction(1, 2))
        return Money(amount=Decimal(smallest).scaleb(-digits), currency=self.currency)

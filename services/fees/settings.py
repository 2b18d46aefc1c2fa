"""What can be set about fees, by environment variables YIMEN_FEES_*."""

import re
from datetime import time
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from yimen.settings import ServiceSettings


class FeesSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_FEES_")

    pay_within_days: int = Field(default=15, ge=1, le=365, description="calendar days to pay a notice (R54)")
    late_fee_per_myriad: int = Field(
        default=50, ge=0, le=10_000, description="late fee a day in ten-thousandths, where a law is cited (R54)"
    )
    list_step_days: int = Field(default=1, ge=1, le=20, description="working days for a list's next step (R51)")
    dispute_days: int = Field(default=7, ge=1, le=60, description="calendar days to dispute a notice (R55)")
    dispute_answer_days: int = Field(default=7, ge=1, le=60, description="calendar days to answer a dispute (R55)")
    exception_days: int = Field(default=3, ge=1, le=60, description="calendar days to answer for money in suspense")
    refund_verify_days: int = Field(default=10, ge=1, le=365, description="working days to verify a refund (R59)")
    refund_approve_days: int = Field(default=10, ge=1, le=365, description="working days to approve a refund (R59)")
    refund_pay_days: int = Field(default=10, ge=1, le=365, description="working days to pay an approved refund (R59)")
    refund_own_finding_days: int = Field(
        default=5, ge=1, le=365, description="working days to apply for what was found, or approve what is ordered"
    )

    relief_limit_fen: int = Field(
        default=100_000_000, ge=0, description="分; a reduction or deferral of more also needs the government (R58)"
    )
    relief_defer_days_most: int = Field(
        default=180, ge=1, le=3650, description="calendar days that paying is put off at most"
    )

    fiscal_account: str = Field(
        default="3607000000001002", description="财政专户, the only account that takes the money"
    )
    bank_url: str = Field(default="http://127.0.0.1:8080/bank", description="where the bank answers us")
    bank_pay_url: str = Field(
        default="", description="where payers pay on line; the payment code is appended to it; empty: nowhere"
    )
    bank_order_seconds: float = Field(default=5.0, gt=0, le=9, description="how long the bank may take to answer")
    bank_signing_key_file: Path | None = Field(
        default=None, description="our RSA private key (PEM); without it what we ask of the bank is not signed"
    )
    bank_signing_serial: str = Field(
        default="HALL01", pattern=r"^[A-Za-z0-9._-]{1,80}$", description="by which the bank knows our key"
    )
    bank_keys_file: Path = Field(
        default=Path("var/bank/keys.json"), description="the bank's public keys by serial, as its /keys gives them"
    )
    bank_message_key: SecretStr = Field(
        default=SecretStr(""),
        description="the AES-256 key agreed with the bank, 64 hexadecimal digits; without it no message can be opened",
    )

    treasury_account: str = Field(
        default="3607000000000001",
        pattern=r"^[A-Za-z0-9._-]{1,80}$",
        description="国库, to which the money is remitted",
    )
    statement_at: time = Field(
        default=time(6), description="from when the bank's files of the days before are fetched, in Shanghai"
    )
    bank_cut_off: time = Field(
        default=time(17), description="from when the bank books what happens on the next day, in Shanghai"
    )
    differences_hold_days: int = Field(
        default=2, ge=0, le=30, description="files of later days to wait for what one lacks (R57)"
    )
    difference_days: int = Field(default=3, ge=1, le=60, description="calendar days to answer for a difference")

    ticket_code: str = Field(
        default="36070126", pattern=r"^[0-9]{8}$", description="区划2位、分类2位、种类2位、年度2位"
    )
    ticket_first: int = Field(default=1, ge=1, le=9_999_999_999)
    ticket_last: int = Field(default=1_000_000, ge=1, le=9_999_999_999)

    @field_validator("bank_message_key")
    @classmethod
    def be_a_key(cls, value: SecretStr) -> SecretStr:
        """Better not to start than to refuse every payment for a key that was copied wrong."""
        if not re.fullmatch(r"([0-9a-fA-F]{64})?", value.get_secret_value()):
            raise ValueError("the key that the bank seals its messages with has 64 hexadecimal digits")
        return value

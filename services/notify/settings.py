"""What can be set of the messenger. Secrets have no default: a hall cannot start with one that everybody knows."""

from datetime import time
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.notify.domain.hours import QuietHours
from services.notify.domain.mail import address_of
from yimen.objects import beside
from yimen.settings import ServiceSettings


class GatewaySettings(BaseModel):
    """An SMS gateway. `weight`: its share of the messages, beside the others' weights; 0 keeps it for when they fail."""

    name: str = Field(pattern="^[a-z0-9-]{1,40}$")
    url: str = Field(pattern="^https?://")
    key: SecretStr = Field(min_length=8, description="what we show the gateway")
    receipt_secret: SecretStr = Field(min_length=16, description="what it signs its receipts with, whsec_…")
    weight: float = Field(default=1, ge=0)


class NotifySettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_NOTIFY_")

    sms_gateways: tuple[GatewaySettings, ...] = Field(min_length=1)
    sms_daily_cap: int = Field(default=20, ge=1, description="messages to one number on one day")
    quiet_from: time = Field(default=time(21), description="from when nothing rings that is not urgent, in Shanghai")
    quiet_until: time = Field(default=time(8), description="equal to quiet_from: there are no quiet hours")
    test_numbers: tuple[str, ...] = Field(
        default=(), description="numbers, or beginnings of numbers followed by *, to which nothing is really sent"
    )
    receipt_hours: float = Field(default=24, gt=0, description="then a gateway is asked for a receipt that is missing")
    contact_days: float = Field(default=7, gt=0, description="how long a message waits for its recipient's contact")
    smtp_host: str = Field(default="", description="empty: no mail is sent")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True
    smtp_from: str = Field(default="", description="our address; needed where smtp_host is set")
    duty_phones: dict[str, str] = Field(default_factory=dict, description="department code -> its duty officer's phone")
    allow_private_webhooks: bool = False
    subscriptions_per_owner: int = Field(default=20, ge=1)
    replay_limit: int = Field(default=10_000, ge=1, description="events that one request queues again")
    webhook_timeout: float = Field(
        default=15.0, gt=0, le=17, description="seconds for a call: name, connection and answer; a job's own time is 20"
    )
    documents: str = ""
    """Where papers are kept: file:///folder or s3://bucket/prefix. Empty: a folder beside the SQLite file, with PostgreSQL
    `var/documents`, which is right only where all replicas run on one machine."""

    public_url: str = Field(
        default="http://127.0.0.1:8080", description="the hall as citizens reach it, for links on papers"
    )
    hall_name: str = Field(default="行政服务中心", description="as papers name the hall")
    demonstration: bool = Field(default=False, description="papers are marked 模拟, and their seal too")
    stream_keep: int = Field(default=100_000, ge=100, description="rows of the live stream that can be resumed")
    stream_poll: float = Field(default=0.25, gt=0, description="seconds between looks for what other replicas wrote")
    stream_heartbeat: float = Field(default=15.0, gt=0)
    stream_life: float = Field(default=3600.0, gt=0, description="seconds until a reader comes back with its token")

    @model_validator(mode="after")
    def can_send(self) -> Self:
        names = [gateway.name for gateway in self.sms_gateways]
        if len(set(names)) < len(names):
            raise ValueError("two gateways have the same name")
        if not any(gateway.weight for gateway in self.sms_gateways):
            raise ValueError("no gateway has a weight")
        if self.smtp_host:
            address_of(self.smtp_from)
        return self

    @property
    def quiet(self) -> QuietHours:
        return QuietHours(self.quiet_from, self.quiet_until)

    @property
    def documents_url(self) -> str:
        return self.documents or beside(self.database_url, "documents")

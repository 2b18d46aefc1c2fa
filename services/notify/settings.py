"""What can be set of the messenger. Secrets have no default: a hall cannot start with one that everybody knows."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from yimen.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="YIMEN_NOTIFY_")

    sms_url: str = "http://127.0.0.1:8080/sms/messages"
    sms_key: SecretStr = Field(min_length=8, description="what we show the gateway")
    sms_receipt_secret: SecretStr = Field(
        min_length=16, description="what the gateway signs its receipts with, whsec_…"
    )
    duty_phones: dict[str, str] = Field(default_factory=dict, description="department code -> its duty officer's phone")
    allow_private_webhooks: bool = False
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

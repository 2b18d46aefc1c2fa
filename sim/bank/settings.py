"""What the bank's process is told: by environment (`YIMEN_BANK_…`) or by arguments (`--folder …`); arguments go first."""

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sim.bank.teller import ACCOUNT, CUT_OFF

Port = Annotated[int, Field(ge=1, le=65535)]


class BankSettings(BaseSettings):
    """The played bank (代收银行), with its own books."""

    model_config = SettingsConfigDict(
        env_prefix="YIMEN_BANK_", cli_kebab_case=True, cli_prog_name="python -m sim.bank", cli_hide_none_type=True
    )

    folder: Path = Field(Path("var/bank"), description="its keys and books")
    host: str = Field("127.0.0.1", description="where fees and payers find it")
    port: Port = Field(8090, description="where fees and payers find it")
    control_port: Port | None = Field(
        None, description="where it is made to misbehave, on loopback only; none: nowhere"
    )
    notify_url: str = Field("http://127.0.0.1:8080/fees/bank/messages", description="where it tells what it did")
    account: str = Field(ACCOUNT, description="the fiscal account that it keeps")
    seed: int = Field(0, description="of its serials and dice")
    time_scale: float = Field(1.0, gt=0, description="0.01: a ladder a hundred times as fast")
    clock_file: Path | None = Field(None, description="of a movable clock; none: the machine's time")
    hall_key_file: Path | None = Field(None, description="the hall's public key (PEM); none: nobody is asked to sign")
    cut_off: time = Field(CUT_OFF, description="in Shanghai; from then on money is booked on the next day")
    late_seconds: float = Field(6.0, ge=0, description="how long an answer takes that comes too late")
    log_level: str = Field("WARNING")

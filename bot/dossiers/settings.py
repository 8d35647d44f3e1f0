"""Settings of dossier look-ups: `MOTCUA_DOSSIER_…`; every value has a sentence and a unit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SystemSettings(BaseModel):
    """What all systems have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")
    """Name in metrics, statistics and logs."""
    prefixes: tuple[Annotated[str, Field(pattern=r"^[A-Z]\d{2}(\.\d{1,4}){0,5}$")], ...]
    """Beginnings of the codes it knows, from the top down: H49, H49.22; the longest one wins."""
    url: HttpUrl
    """Base address of the interface."""
    ca_file: str | None = None
    """Certificate authority to trust instead of the usual ones."""
    at_once: int = Field(default=8, ge=1, le=200)
    """Requests that may run side by side."""
    per_second: float | None = Field(default=5.0, gt=0)
    """Requests in a second the province allows; null for no limit."""
    seconds: float = Field(default=8.0, gt=0, le=10)
    """How long one look-up may take, retry included."""


class NationalSettings(SystemSettings):
    """The national portal's share service."""

    contract: Literal["national"]
    login_path: str = "/mapi/login"
    """Path of the log-in, `auth_endpoint` of the guide."""
    share_path: str = "/mapi/g"
    """Path of the share service, `share_endpoint` of the guide."""
    username: str
    password: SecretStr
    dstcode: str
    """Unit code of the destination, in the header `dstcode`."""
    unit: str = "000.00.00.H49"
    """Our own unit code, `madonvi`."""
    denied_codes: tuple[str, ...] = ("401", "403", "-1")
    """Values of error_code that mean a refused account; any other one is an outage."""


class OpenCpsSettings(SystemSettings):
    """OpenCPS v2 REST; `url` ends in o/rest/v2."""

    contract: Literal["opencps"]
    token: SecretStr
    """Token issued by the site, in the header `Token`."""
    group_id: str
    """Site id, in the header `groupId`."""
    pin_parameter: Literal["secretKey", "secetKey"] = "secretKey"
    """Name of the parameter with the PIN; some servers spell it wrong."""


class IgateSettings(SystemSettings):
    """VNPT iGate v2; `url` is the API gateway."""

    contract: Literal["igate"]
    token_url: HttpUrl
    """Address of the token endpoint."""
    client_id: str
    client_secret: SecretStr
    statuses: dict[str, int] = {}
    """Status names of this deployment → 1 to 10, before the general table is asked."""


AnySystem = Annotated[NationalSettings | OpenCpsSettings | IgateSettings, Field(discriminator="contract")]


class DossierSettings(BaseSettings):
    """Everything an operator may set about dossiers."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_DOSSIER_", env_file=".env", extra="ignore", frozen=True)

    systems: tuple[AnySystem, ...] = ()
    """The systems to ask, a JSON list; without any, the built-in sandbox is asked."""
    sandbox: bool = True
    """Whether the sandbox is asked when no system is set; false: say only where to look oneself."""
    sandbox_url: HttpUrl | None = None
    """Address of a running sandbox; without it the service starts its own."""
    sandbox_port: int = Field(default=0, ge=0, le=65535)
    """Loopback port of the sandbox that `motcua up` starts; 0: the port of the service plus one."""
    hotline: str | None = Field(default=None, pattern=r"^[0-9 .]{3,15}$")
    """Telephone number told when a system is out; without it, the number on the receipt is pointed to."""
    wrong_proofs: int = Field(default=5, ge=1, le=10)
    """Wrong proofs after which a code is locked."""
    lock_minutes: int = Field(default=60, ge=1)
    """How long a code stays locked."""
    misses: int = Field(default=5, ge=1)
    """Codes that do not exist, in 10 minutes, after which a conversation has to pause."""
    pause_minutes: int = Field(default=15, ge=1)
    """How long it pauses."""
    codes_per_day: int = Field(default=10, ge=1)
    """Different codes that one conversation may look up without proof in 24 hours."""
    proof_minutes: int = Field(default=30, ge=1)
    """How long a proof counts in its conversation."""
    watches: int = Field(default=5, ge=1)
    """Dossiers that one conversation may watch."""
    watch_days: int = Field(default=90, ge=1)
    """How long a dossier is watched at most."""
    watch_pace: float = Field(default=1.0, gt=0, le=10)
    """Factor on the intervals of watching; under 1 only to try notices, office hours are then ignored."""
    audit_days: int = Field(default=180, ge=1)
    """How long look-ups are kept in the audit."""

    @model_validator(mode="after")
    def _is_consistent(self) -> DossierSettings:
        names = [system.name for system in self.systems]
        prefixes = [prefix for system in self.systems for prefix in system.prefixes]
        if len(set(names)) < len(names) or len(set(prefixes)) < len(prefixes):
            raise ValueError("names and prefixes of systems must differ")
        return self

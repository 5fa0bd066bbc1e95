"""What `[platform]` in `deskhand.toml` says: where the platform is, what it calls things, and in which units."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Paths(BaseModel):
    """Path templates below the base URL."""

    model_config = ConfigDict(extra="forbid")

    backtests: str = "/api/v1/backtests/"
    backtest: str = "/api/v1/backtests/{id}"
    portfolio_history: str = "/api/v1/backtests/{id}/portfolio-history"
    trades_history: str = "/api/v1/backtests/{id}/trades-history"
    regime: str = "/api/v1/market-data/regime/"
    signals: str = "/api/v1/signals/{symbol}"
    health: str = "/api/v1/backtests/health"
    strategies: str = "/api/v1/strategies/"
    templates: str = "/api/v1/strategies/templates/"


class Fields(BaseModel):
    """Where a value stands in the platform's JSON: dotted paths."""

    model_config = ConfigDict(extra="forbid")

    backtest_list: str = "backtests"
    strategy_list: str = "strategies"
    id: str = "id"
    name: str = "name"
    description: str = "description"
    status: str = "status"
    symbols: str = "config.symbols"
    initial_capital: str = "config.initial_cash"
    fee: str = "config.commission_rate"
    slippage: str = "config.slippage_rate"
    tags: str = "config.tags"
    history: str = "data"
    history_time: str = "timestamp"
    history_value: str = "total_value"
    history_return: str = "return_pct"
    total_return: str = "performance.total_return"
    annualized_return: str = "performance.annualized_return"
    volatility: str = "performance.volatility"
    sharpe_ratio: str = "performance.sharpe_ratio"
    max_drawdown: str = "performance.max_drawdown"
    total_trades: str = "performance.total_trades"
    win_rate: str = "performance.win_rate"


class Units(BaseModel):
    """In which unit the platform writes shares of one. Checked against the curve when a run is read."""

    model_config = ConfigDict(extra="forbid")

    returns: Literal["fraction", "percent"] = "fraction"
    max_drawdown: Literal["negative", "positive"] = "negative"
    history_return: Literal["fraction", "percent"] | None = None
    """`return_pct` leaves its unit open: unset, it is found from `total_value` and the finding is noted."""


class PlatformConfig(BaseModel):
    """The platform. `token` is sent as a bearer token."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s]*$")]
    token: SecretStr | None = None
    timeout: Annotated[float, Field(gt=0, le=120)] = 10.0
    """Seconds for one call, connecting included."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    paths: Paths = Field(default_factory=Paths)
    fields: Fields = Field(default_factory=Fields)
    units: Units = Field(default_factory=Units)

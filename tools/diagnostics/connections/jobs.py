"""What kinds with scheduled jobs have in common: the arguments of their actions."""

from typing import Annotated

from pydantic import Field

from tools.diagnostics.tool import Arguments


class Job(Arguments):
    """One scheduled job: a pipeline here, a DAG in Airflow."""

    job: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,199})?$",
            description="Name of the job, as its runs show it; may be empty where there is only one",
        ),
    ] = ""

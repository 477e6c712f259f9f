"""An Sinh: the command line, settings, and the database that the other rooms share."""

import os

__version__ = "0.1.0"

# Nothing phones home. Set here, before any of the tools is imported, and inherited by every process we start.
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    "SCARF_ANALYTICS": "false",
}
os.environ.update(TELEMETRY_OFF)

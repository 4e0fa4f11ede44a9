"""reports.py list|backdate REPORTS_SQLITE   looks into the engine's reports.sqlite from the outside.

`list` prints one JSON object per report that came in. `backdate` moves all counts for reports two days back, so that
their day is over, and prints how many there are of each kind.
"""
import json
import sqlite3
import sys

command, path = sys.argv[1:3]
with sqlite3.connect(path, timeout=30) as database:
    database.row_factory = sqlite3.Row
    if command == "list":
        for row in database.execute(
            "SELECT kind, domain, reporter, report_id, total, failed, reason, length(content) AS kept,"
            " (SELECT sum(count) FROM report_rows WHERE report = reports.id) AS counted FROM reports ORDER BY id"
        ):
            print(json.dumps(dict(row)))
    else:
        for table in ("pending_aggregate", "pending_tls"):
            database.execute("UPDATE %s SET day = day - 2" % table)
            print(table, database.execute("SELECT count(*) FROM %s" % table).fetchone()[0])

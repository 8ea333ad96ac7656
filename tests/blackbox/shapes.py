"""shapes - the JSON of the contract: for each object its fields and their types.

Fields may be added, so what is more than listed is let pass; a field that is
missing or has another type is a failure.
"""
import re

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
STATUSES = ("draft scheduled pending processing published failed unknown cancelled held").split()
WAITS = ("retry", "rate", "auth", "paused", "undo", None)
HOLDS = ("missed", "crashes", "operator", None)
CONNECTION_STATUSES = "connected expired revoked unreachable disconnected".split()
CLASSES = "transient rate_limited auth permanent unknown".split()

TENANT = {"id": int, "name": str, "archived": bool, "brands": int}
BRAND = {"id": int, "tenant": str, "name": str, "timezone": str, "catch_up": (int, str, None),
         "color": (str, None), "paused": bool, "archived": bool, "connections": int}
PLATFORM = {"name": str, "title": str, "logins": list, "limits": dict, "media": dict,
            "scopes": list, "settling": str, "api_base": (str, None), "version": (str, None)}
CONNECTION = {"id": int, "tenant": str, "brand": str, "platform": str, "account": str,
              "account_id": str, "server": str, "status": str, "scopes": list,
              "expires_at": ("time", None), "refreshable": bool,
              "last_verified_at": ("time", None), "last_error": (str, None),
              "jobs_waiting": int, "jobs_at_risk": int}
JOB = {"id": int, "tenant": str, "brand": str, "platform": str, "connection": int, "account": str,
       "post": int, "status": str, "wait": (str, None), "hold_reason": (str, None),
       "scheduled_at": ("time", None), "next_attempt_at": ("time", None), "attempts": int,
       "max_retries": int, "priority": int, "remote_id": (str, None), "remote_url": (str, None),
       "text": str, "media": list, "error": (dict, None), "created_at": ("time",),
       "updated_at": ("time",), "published_at": ("time", None)}
JOB_ERROR = {"code": str, "message": str, "class": str, "http_status": (int, None)}
MEDIA = {"sha256": str, "type": str, "bytes": int, "alt": str}
ATTEMPT = {"n": int, "key": (str, None), "started_at": ("time",), "sent_at": ("time", None),
           "deadline": ("time", None), "finished_at": ("time", None), "outcome": (str, None),
           "http_status": (int, None), "code": (str, None), "message": (str, None)}
WHY = {"job": int, "status": str, "reasons": list, "runs_at": ("time", None)}
REASON = {"code": str, "message": str}
ENTRY = {"seq": int, "at": ("time",), "actor": str, "action": str, "tenant": (str, None),
         "brand": (str, None), "job": (int, None), "connection": (int, None), "outcome": str,
         "code": (str, None), "message": (str, None), "duration_ms": (int, None), "hash": str}
SYNC = {"id": int, "at": ("time",), "brand": (str, None), "platform": str,
        "connection": (int, None), "account": (str, None), "op": str, "outcome": str,
        "http_status": (int, None), "code": (str, None), "message": (str, None),
        "duration_ms": int}
CHAIN = {"tenant": (str, None), "entries": int, "ok": bool, "first_bad": (int, None)}
ERROR = {"code": str, "message": str, "hint": str, "details": dict}
RESULT = {"id": int, "ok": bool, "object": (dict, None), "error": (dict, None)}
TARGET = {"platform": str, "connection": int, "problems": list, "requests": list}
PROBLEM = {"field": str, "limit": (int, None), "actual": (int, None), "message": str}
REQUEST = {"method": str, "url": str, "headers": dict, "body": (str, list, None)}
STATUS = {"healthy": bool, "reasons": list, "publisher": dict, "jobs": dict, "attention": list,
          "oldest_unknown": ("time", None)}
PUBLISHER = {"running": bool, "pid": (int, None), "last_tick": ("time", None),
             "lag_ms": (int, None), "next_due": ("time", None)}
CHECK = {"ok": bool, "problems": list, "checked": dict}
RECOVER = {"interrupted": int, "requeued": int, "unknown": int, "due": int, "future": int,
           "missed": int}
LEDGER = {"at": ("time",), "platform": str, "account": str, "key": (str, None), "remote_id": str,
          "text": str, "media": list, "visible_at": ("time",)}


def fits(value, kinds):
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if kind is None:
            if value is None:
                return True
        elif kind == "time":
            if isinstance(value, str) and TIME.match(value):
                return True
        elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return True
    return False


def check(case, value, shape):
    """Fails the case where value is not of that shape; returns value."""
    case.assertIsInstance(value, dict)
    for name, kinds in shape.items():
        case.assertIn(name, value, value)
        case.assertTrue(fits(value[name], kinds), f"{name}: {value[name]!r} is no {kinds}")
    return value


def check_list(case, document, name, shape):
    """A page: its rows, the cursor and the total. Returns the rows."""
    check(case, document, {name: list, "next": (str, None), "total": int})
    for row in document[name]:
        check(case, row, shape)
    return document[name]


def check_job(case, job):
    check(case, job, JOB)
    case.assertIn(job["status"], STATUSES)
    case.assertIn(job["wait"], WAITS)
    case.assertIn(job["hold_reason"], HOLDS)
    if job["error"]:
        check(case, job["error"], JOB_ERROR)
        case.assertIn(job["error"]["class"], CLASSES)
    for item in job["media"]:
        check(case, item, MEDIA)
    return job


def check_connection(case, connection):
    check(case, connection, CONNECTION)
    case.assertIn(connection["status"], CONNECTION_STATUSES)
    return connection

"""Records runs of a Python program in Hindsight, and never gets in its way.

One file, standard library only, Python 3.7 and newer: copy it beside an add-on or a test runner. `record` returns at once
and raises nothing. What is recorded goes into a spool on the disk and from there to the engine, in order; while the engine
is away it waits, also for the next process that opens the same spool. The layout of the spool is that of
`src/client/node-spool.ts`, so that either takes over what the other left.

    recorder = Recorder("http://127.0.0.1:4747", host="my-addon", spool="~/.cache/my-addon/spool")
    session = recorder.record("camera", context={...}, settings={"values": {...}}, outcome={"status": "succeeded"})
    recorder.edit(session, "rating", {"rating": 1})
    print(recorder.flush())
"""

import datetime
import hashlib
import json
import math
import os
import random
import re
import socket
import threading
import time
import urllib.error
import urllib.request
import uuid

_ENTRY = re.compile(r"^\d{8,}-(session|edit)\.json$")
_BEAT_S = 60.0
_SILENT_S = 10 * _BEAT_S
# The entry itself may be well: no answer, an engine that is busy or full, or one that does not know this key yet.
_PASSING = {401, 403, 408, 425, 429}
# An entry at which the engine itself fails so often is set aside, so that what follows gets through.
_MOST_BLOWS = 5
_FIRST_PAUSE_S, _MOST_PAUSE_S = 0.5, 60.0
_FIRST_FLUSH_PAUSE_S, _MOST_FLUSH_PAUSE_S = 0.25, 4.0
# However long the engine asks to be left alone: an hour more or less is no load on anybody.
_MOST_ASKED_S = 3600.0
# Another recorder may have the session that an edit is of, and be away for as long.
_MOST_PATIENCE_S = 7 * 24 * 3600.0


class Recorder:
    """One for a program. `on_problem(problem, id)` is told of whatever was not recorded or not taken, and why."""

    def __init__(
        self,
        base,
        host,
        version=None,
        project="default",
        spool=None,
        token=None,
        max_entries=10_000,
        max_bytes=256 * 2**20,
        on_problem=None,
        debug=False,
    ):
        self._base = base.rstrip("/")
        self._host = {"name": host, "version": version}
        self._project = project
        self._token = token
        self._most = (max_entries, max_bytes)
        self._on_problem = on_problem
        self._debug = debug
        self._lost = []
        self._problem = None
        self._lock = threading.RLock()
        self._work = threading.Event()
        self._idle = threading.Event()
        self._hurry = threading.Event()
        self._fresh = threading.Event()
        self._closed = False
        self._spool = None
        try:
            self._spool = _Spool(os.path.expanduser(spool or os.path.join("~", ".cache", "hindsight-spool", host)))
        except Exception as error:
            self._lose(_problem("spool.failed", "a folder to keep what waits in", error), None)
        self._thread = threading.Thread(target=self._run, name="hindsight-recorder", daemon=True)
        self._thread.start()
        self._work.set()

    def record(self, domain, context, settings, outcome, telemetry=None, media=(), **envelope):
        """Keeps a run. `media`: (role, bytes or path, media type) each. Returns its id, whether or not it can be kept."""
        session_id = envelope.pop("id", None) or _uuid7()
        try:
            refs, blobs = [], {}
            for role, data, media_type in media:
                if not isinstance(data, (bytes, bytearray)):
                    with open(data, "rb") as file:
                        data = file.read()
                sha256 = hashlib.sha256(data).hexdigest()
                blobs[sha256] = bytes(data)
                ref = {"role": role, "sha256": sha256, "mediaType": media_type, "bytes": len(data)}
                refs.append(dict(ref, width=None, height=None))
            session = {
                "id": session_id,
                "project": self._project,
                "domain": domain,
                "recordedAt": _utc_now(),
                "host": self._host,
                "context": context,
                "settings": settings,
                "outcome": outcome,
                "telemetry": telemetry,
            }
            session.update(envelope)
            if refs:
                session["media"] = refs
            self._add("session", session_id, session, blobs)
        except Exception as error:
            self._lose(_problem("spool.failed", "a run that can be kept", error), session_id)
        return session_id

    def edit(self, session, kind, after, reason=None):
        """Keeps what a person said or changed after a run. Returns the id of the edit."""
        edit_id = _uuid7()
        try:
            edit = {"id": edit_id, "at": _utc_now(), "session": session, "kind": kind, "after": after, "reason": reason}
            self._add("edit", edit_id, edit, {})
        except Exception as error:
            self._lose(_problem("spool.failed", "an edit that can be kept", error), edit_id)
        return edit_id

    def flush(self, timeout=10.0):
        """Sends what waits now, and waits for it. Says whether the engine has acknowledged all of it."""
        until, tries = time.monotonic() + timeout, 0
        while self._spool is not None:
            with self._lock:
                if not self._spool.entries:
                    break
                self._idle.clear()
            left = until - time.monotonic()
            if left <= 0:
                break
            self._hurry.set()
            self._work.set()
            self._idle.wait(left)
            with self._lock:
                if not self._spool.entries:
                    break
            pause = min(_MOST_FLUSH_PAUSE_S, _FIRST_FLUSH_PAUSE_S * 2**tries) * (0.5 + random.random() / 2)
            time.sleep(max(0.0, min(pause, until - time.monotonic())))
            tries = min(tries + 1, 20)
        with self._lock:
            waiting = len(self._spool.entries) if self._spool else 0
            problem = self._problem if waiting else None
            return {
                "arrived": waiting == 0 and not self._lost,
                "waiting": waiting,
                "lost": list(self._lost),
                "problem": problem,
            }

    def close(self):
        """Stops sending. What waits stays in the spool."""
        self._closed = True
        self._work.set()
        self._thread.join(timeout=5)
        if self._spool is not None:
            self._spool.close()

    def _add(self, kind, entry_id, value, blobs):
        text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with self._lock:
            if self._spool is None:
                raise OSError("there is no spool")
            more = len(text) + sum(len(data) for data in blobs.values())
            if len(self._spool.entries) >= self._most[0] or self._spool.bytes() + more > self._most[1]:
                problem = _problem("spool.full", "room in the spool", "%d entries wait" % len(self._spool.entries))
                self._lose(problem, entry_id)
                return
            self._spool.add(kind, entry_id, text, blobs)
        self._say("kept %s" % entry_id)
        self._fresh.set()
        self._work.set()

    def _run(self):
        failures, blows, early, wait_until, asked_until = 0, {}, set(), 0.0, 0.0
        while not self._closed:
            self._work.wait(_BEAT_S)
            self._work.clear()
            if self._closed or self._spool is None:
                break
            self._spool.beat()
            # A flush hurries us, but not the engine; and while nothing but early edits waits, what is new need not.
            is_free = self._hurry.is_set() or (len(early) > 0 and self._fresh.is_set())
            until = asked_until if is_free else max(wait_until, asked_until)
            if time.monotonic() < until:
                time.sleep(min(0.1, max(0.0, until - time.monotonic())))
                self._work.set()
                self._idle.set()
                continue
            self._hurry.clear()
            self._fresh.clear()
            early.clear()
            try:
                while not self._closed and self._send_oldest(blows, early):
                    failures = 0
                self._problem = None
            except Exception as error:
                self._problem = error.args[0] if isinstance(error, _Refused) else _problem("spool.failed", "sending", error)
                failures += 1
                if self._problem["code"] != "session.unknown":
                    early.clear()
                # Spread out, so that all who wait for one engine do not come back at the same moment.
                pause = min(_MOST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(failures - 1, 20)) * (0.5 + random.random() / 2)
                asked = error.args[2] if isinstance(error, _Refused) else 0.0
                asked_until = time.monotonic() + asked
                wait_until = asked_until + pause
                self._say("waiting %.1f s: %s" % (asked + pause, self._problem["message"]))
                self._work.set()
            self._idle.set()

    def _send_oldest(self, blows, early):
        """`early`: edits whose session is not there yet, in this run; they went to the end of the queue."""
        with self._lock:
            entry = self._spool.oldest()
        if entry is None:
            return False
        name, kind, entry_id, media, text = entry
        if entry_id in early:
            raise _Refused(_problem("session.unknown", "the session of edit %s at the engine" % entry_id, "none yet"), 404, 0.0)
        try:
            for sha256 in media:
                data = self._spool.medium(sha256)
                if data is not None:
                    self._call("PUT", "/api/v1/blobs/" + sha256, data, "application/octet-stream")
            path = "/api/v1/sessions" if kind == "session" else "/api/v1/edits"
            self._call("POST", path, text.encode("utf-8"), "application/json")
        except _Refused as error:
            problem, status, _ = error.args
            # What belongs to another project than the key's holds up nothing else.
            if problem.get("code") != "request.project" and (status is None or status in _PASSING or status > 500):
                raise
            if kind == "edit" and problem.get("code") == "session.unknown" and _is_recent(text):
                with self._lock:
                    # Added first, so that a crash in between leaves it twice and not never.
                    self._spool.add(kind, entry_id, text, {})
                    self._spool.remove(name)
                early.add(entry_id)
                self._say("%s waits for its session" % entry_id)
                return True
            blows[name] = blows.get(name, 0) + 1
            if status == 500 and blows[name] < _MOST_BLOWS:
                raise
            with self._lock:
                self._spool.set_aside(entry, problem)
            self._lose(problem, entry_id)
            return True
        with self._lock:
            self._spool.remove(name)
        self._say("sent %s" % entry_id)
        return True

    def _call(self, method, path, body, content_type):
        request = urllib.request.Request(self._base + path, data=body, method=method)
        request.add_header("content-type", content_type)
        if self._token is not None:
            request.add_header("authorization", "Bearer " + self._token)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                response.read()
        except urllib.error.HTTPError as error:
            raise _Refused(_told(error), error.code, _retry_after(error)) from None
        except (OSError, ValueError) as error:
            raise _Refused(_problem("server.unreachable", "an answer from " + self._base, error), None, 0.0) from None

    def _lose(self, problem, entry_id):
        with self._lock:
            self._lost = (self._lost + [{"id": entry_id, "problem": problem}])[-100:]
        self._say("not recorded: %s: %s" % (entry_id, problem["message"]))
        try:
            if self._on_problem is not None:
                self._on_problem(problem, entry_id)
        except Exception:
            pass  # its own business

    def _say(self, line):
        if self._debug:
            print("hindsight: " + line, flush=True)


class _Refused(Exception):
    """Arguments: the problem, the HTTP status (None when no answer came), and the seconds that the engine asks to be left alone."""


class _Spool:
    def __init__(self, folder):
        self._folder = folder
        self._own = os.path.join(folder, "%d-%s" % (os.getpid(), uuid.uuid4().hex[:12]))
        self._media = os.path.join(self._own, "media")
        self._refused = os.path.join(folder, "refused")
        # By the name of the file: the names of its media, and its size.
        self.entries = {}
        self._media_bytes = {}
        self._next = 1
        self._owner = os.path.join(self._own, "owner.json")
        os.makedirs(self._media, mode=0o700, exist_ok=True)
        with open(self._owner, "w", encoding="utf-8") as file:
            json.dump({"pid": os.getpid(), "host": socket.gethostname()}, file)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if path in (self._own, self._refused) or not _is_left(path):
                continue
            claimed = os.path.join(folder, "%s~%d-%s" % (name.split("~")[0], os.getpid(), uuid.uuid4().hex[:8]))
            try:
                os.rename(path, claimed)  # the claim: of two that try, one fails
            except OSError:
                continue
            self._adopt(claimed)

    def bytes(self):
        return sum(size for _, size in self.entries.values()) + sum(self._media_bytes.values())

    def beat(self):
        try:
            os.utime(self._owner)
        except OSError:
            pass

    def add(self, kind, entry_id, text, blobs):
        for sha256, data in blobs.items():
            if sha256 not in self._media_bytes:
                _write(os.path.join(self._media, sha256), data)
                self._media_bytes[sha256] = len(data)
        name = self._name(kind)
        entry = {"kind": kind, "id": entry_id, "media": list(blobs), "text": text}
        _write(os.path.join(self._own, name), json.dumps(entry, ensure_ascii=False).encode("utf-8"))
        self.entries[name] = (list(blobs), len(text) + len(entry_id))

    def oldest(self):
        for name in list(self.entries):
            entry = _read(os.path.join(self._own, name))
            if entry is not None:
                return (name, entry["kind"], entry["id"], entry["media"], entry["text"])
            del self.entries[name]  # taken over by another process, which sends it
        return None

    def medium(self, sha256):
        try:
            with open(os.path.join(self._media, sha256), "rb") as file:
                return file.read()
        except OSError:
            return None

    def remove(self, name):
        media, _ = self.entries.pop(name, ([], 0))
        _delete(os.path.join(self._own, name))
        named = {sha256 for others, _ in self.entries.values() for sha256 in others}
        for sha256 in media:
            if sha256 not in named:
                self._media_bytes.pop(sha256, None)
                _delete(os.path.join(self._media, sha256))

    def set_aside(self, entry, problem):
        name, kind, entry_id, _, text = entry
        os.makedirs(self._refused, mode=0o700, exist_ok=True)
        value = {"kind": kind, "id": entry_id, "problem": problem, "text": text}
        path = os.path.join(self._refused, "%s-%s.json" % (kind, entry_id))
        _write(path, json.dumps(value, ensure_ascii=False).encode("utf-8"))
        self.remove(name)

    def close(self):
        _delete(self._owner)  # marked as left, so that the next process need not wait to find out
        if not self.entries:
            for folder in (self._media, self._own):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass

    def _adopt(self, claimed):
        media = os.path.join(claimed, "media")
        for name in os.listdir(media) if os.path.isdir(media) else []:
            if re.match(r"^[0-9a-f]{64}$", name):
                os.replace(os.path.join(media, name), os.path.join(self._media, name))
                self._media_bytes[name] = os.path.getsize(os.path.join(self._media, name))
        for name in sorted(os.listdir(claimed)):
            entry = _read(os.path.join(claimed, name)) if _ENTRY.match(name) else None
            if entry is None:
                continue  # half an entry was never acknowledged
            own = self._name(entry["kind"])
            os.replace(os.path.join(claimed, name), os.path.join(self._own, own))
            self.entries[own] = (entry["media"], len(entry["text"]) + len(entry["id"]))
        for root, _, files in os.walk(claimed, topdown=False):
            for name in files:
                _delete(os.path.join(root, name))
            os.rmdir(root)

    def _name(self, kind):
        name = "%08d-%s.json" % (self._next, kind)
        self._next += 1
        return name


def _is_left(folder):
    """Whether the process that wrote there is gone. On another machine only its silence tells."""
    if not os.path.isdir(folder):
        return False
    owner = os.path.join(folder, "owner.json")
    try:
        silent = time.time() - os.path.getmtime(owner)
        with open(owner, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return True
    if silent > _SILENT_S:
        return True
    if value.get("host") != socket.gethostname() or value.get("pid") == os.getpid():
        return False
    if os.name == "nt":
        return False  # there a signal would end the process: its silence tells
    try:
        os.kill(int(value.get("pid", 0)) or os.getpid(), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def _plain(value):
    """NaN and infinities become null: not known. Dates become UTC text; what JSON cannot hold is refused."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return _utc(value.astimezone(datetime.timezone.utc))
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if hasattr(value, "tolist"):  # numpy, without asking for it
        return _plain(value.tolist())
    raise TypeError("a %s cannot be recorded" % type(value).__name__)


def _utc(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment.microsecond // 1000)


def _utc_now():
    return _utc(datetime.datetime.now(datetime.timezone.utc))


def _is_recent(text):
    try:
        at = datetime.datetime.strptime(json.loads(text)["at"], "%Y-%m-%dT%H:%M:%S.%fZ")
    except (KeyError, TypeError, ValueError):
        return False
    age = datetime.datetime.now(datetime.timezone.utc) - at.replace(tzinfo=datetime.timezone.utc)
    return age.total_seconds() < _MOST_PATIENCE_S


def _retry_after(error):
    """RFC 9110, section 10.2.3; of its two forms the one in seconds, which the engine uses."""
    try:
        return min(_MOST_ASKED_S, max(0.0, float(error.headers.get("Retry-After", 0))))
    except (AttributeError, TypeError, ValueError):
        return 0.0


def _uuid7():
    """A UUID of version 7 (RFC 9562): ids sort by the time they were made."""
    value = (int(time.time() * 1000) << 80) | random.SystemRandom().getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return str(uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62)))


def _problem(code, expected, found):
    message = "%s: expected %s, found %s" % (code, expected, found)
    return {"code": code, "message": message, "expected": expected, "found": str(found), "fix": "", "where": None}


def _told(error):
    try:
        body = json.loads(error.read().decode("utf-8"))
        if isinstance(body, dict) and isinstance(body.get("code"), str):
            return body
    except (OSError, ValueError):
        pass
    return _problem("server.foreign", "an answer from Hindsight", "status %d" % error.code)


def _write(path, data):
    """Whole or not at all, whenever the power goes."""
    with open(path + ".new", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def _delete(path):
    try:
        os.remove(path)
    except OSError:
        pass

"""proxy - stands before a real server on 127.0.0.1 and does to its answers what networks do.

It passes each request on, byte for byte, unless a fault is armed for it. A fault
waits for a word in the request's path, and is used up:

    proxy.arm("createRecord", "lose")       # processed; silence until the client gives up
    proxy.arm("createRecord", "reset")      # processed; the connection is reset
    proxy.arm("createRecord", "refuse")     # reset before the server heard of it
    proxy.arm("createRecord", "cut")        # half of the answer's body, then the end
    proxy.arm("createRecord", "delay", 1.5) # passed on only after so many seconds

`before` and `after` are called before the request is passed on, and after it was
answered. All requests stand in `seen`, in the order in which they were done with,
and before the client has its answer.
"""
import http.client
import http.server
import select
import socket
import struct
import threading

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect", "host"}


class Fault:
    def __init__(self, word, kind, argument, before, after):
        self.word, self.kind, self.argument = word, kind, argument
        self.before, self.after = before, after
        self.done = threading.Event()


class Seen:
    """One request: method, path, headers, body, fault; the real answer's status and body, None if
    none came."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.status, self.answer, self.fault = None, None, None

    def __repr__(self):
        return f"{self.method} {self.path} -> {self.status} ({self.fault or 'passed on'})"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.handle_any()

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_):
        pass

    def handle_any(self):
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = Seen(self.command, self.path, dict(self.headers), body)
        fault = proxy.take(self.path)
        seen.fault = fault.kind if fault else None
        try:
            self.answer(proxy, seen, fault)
        finally:
            proxy.note(seen)
            if fault:
                fault.done.set()

    def answer(self, proxy, seen, fault):
        kind = fault.kind if fault else None
        if kind == "refuse":
            self.reset()
            return
        if kind == "delay":
            # Whether or not the client is still there.
            select.select([proxy.ending], [], [], fault.argument)
        if fault and fault.before:
            fault.before()
        try:
            status, headers, body = proxy.forward(seen)
        except (OSError, http.client.HTTPException):
            self.reset()
            return
        seen.status, seen.answer = status, body
        if fault and fault.after:
            fault.after()
        if kind == "reset":
            self.reset()
        elif kind == "lose":
            select.select([self.connection, proxy.ending], [], [])
            self.close_connection = True
        else:
            proxy.note(seen)
            self.pass_back(status, headers, body, kind == "cut")

    def pass_back(self, status, headers, body, cut):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def reset(self):
        """An RST instead of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that has gone away is what the tests are about."""

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass


class Proxy:
    def __init__(self, port):
        self.upstream, self.faults, self.seen = port, [], []
        self.lock = threading.Lock()
        self.ending, self._ender = socket.socketpair()
        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.listener.proxy = self
        self.thread = threading.Thread(target=self.listener.serve_forever,
                                       kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.server_address[1]}"

    def arm(self, word, kind, argument=None, before=None, after=None):
        """The next request with the word in its path suffers this. `done` tells when it has."""
        fault = Fault(word, kind, argument, before, after)
        with self.lock:
            self.faults.append(fault)
        return fault

    def take(self, path):
        with self.lock:
            for fault in self.faults:
                if fault.word in path:
                    self.faults.remove(fault)
                    return fault
        return None

    def note(self, seen):
        """Once: whoever has an answer finds its request in `seen`."""
        with self.lock:
            if seen not in self.seen:
                self.seen.append(seen)

    def forward(self, seen):
        return self.send(self.upstream, seen, seen.path)

    def send(self, port, seen, path):
        """The request, to this port of 127.0.0.1 and by this path; returns status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {k: v for k, v in seen.headers.items() if k.lower() not in HOP}
        headers["Connection"] = "close"
        try:
            # "" and not None: a POST without a body says so.
            connection.request(seen.method, path, None if seen.method == "GET" else seen.body,
                               headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def count(self, word):
        """How many requests with the word in their path reached it."""
        with self.lock:
            return sum(word in s.path for s in self.seen)

    def close(self):
        self.listener.shutdown()
        self._ender.close()
        self.listener.server_close()
        self.thread.join()
        self.ending.close()

"""One keep-alive HTTP connection on a raw socket: about 20 us a request, so that the client does not measure itself."""

import json
import socket
import ssl
from urllib.parse import urlencode, urlsplit

# Ask for no delayed ACK; an ordinary client does not, and pays 40 ms where a server lacks TCP_NODELAY (`--delayed-ack`).
quickack = hasattr(socket, "TCP_QUICKACK")


class HTTPError(Exception):
    def __init__(self, status, body):
        super().__init__(f"HTTP {status}: {body[:500]!r}")
        self.status, self.body = status, body


class Conn:
    """One keep-alive HTTP/1.1 connection on a raw socket."""

    def __init__(self, base, token=None, timeout=900):
        u = urlsplit(base)
        self.tls, self.host = u.scheme == "https", u.hostname
        self.port, self.prefix = u.port or (443 if self.tls else 80), u.path.rstrip("/")
        h = f"Host: {u.netloc}\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        if token:
            h += f"Authorization: {token if ' ' in token else 'Bearer ' + token}\r\n"
        self.head, self.timeout, self.sock = h.encode(), timeout, None
        self.reconnects = -1

    def _open(self):
        s = socket.create_connection((self.host, self.port), timeout=self.timeout)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = ssl.create_default_context().wrap_socket(s, server_hostname=self.host) if self.tls else s
        self.reconnects += 1

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def _recv(self, n):
        if quickack:  # ask for no delayed ACK of what comes next (see --delayed-ack)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self.sock.recv(n)

    def request(self, method, path, body=None, ctype="application/json", keep=True, headers=""):
        """Send, and return the body (bytes; its length if keep is false). Raises HTTPError from 400 on."""
        msg = b"%s %s%s HTTP/1.1\r\n%s%s" % (method.encode(), self.prefix.encode(), path.encode(), self.head, headers.encode())
        if body is not None:
            msg += b"Content-Type: %s\r\nContent-Length: %d\r\n" % (ctype.encode(), len(body))
        msg += b"\r\n"
        for attempt in (0, 1):
            fresh = self.sock is None
            if fresh:
                self._open()
            try:
                if body is None:
                    self.sock.sendall(msg)
                elif len(body) < 65536:
                    self.sock.sendall(msg + body)
                else:
                    self.sock.sendall(msg)
                    self.sock.sendall(body)
                data = self._recv(262144)
                if not data:
                    raise ConnectionResetError("closed by the server")
                break
            except (ConnectionResetError, BrokenPipeError):
                self.close()  # an idle keep-alive connection the server had dropped
                if fresh or attempt:
                    raise
        while True:
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                break
            more = self._recv(65536)
            if not more:
                raise ConnectionResetError("closed in the header")
            data += more
        header, rest = data[:end].lower(), data[end + 4 :]
        status = int(header[9:12])
        i = header.find(b"\r\ncontent-length:")
        if status == 204 or status == 304:
            out = b""
        elif i >= 0:
            j = header.find(b"\r\n", i + 2)
            out = self._body(rest, int(header[i + 17 : j if j >= 0 else None]), keep or status >= 400)
        elif b"\r\ntransfer-encoding: chunked" in header:
            out = self._chunked(rest, keep or status >= 400)
        else:
            out = self._to_close(rest, keep or status >= 400)
        if b"\r\nconnection: close" in header:
            self.close()
        if status >= 400:
            raise HTTPError(status, out)
        return out

    def _body(self, rest, n, keep):
        got, parts = len(rest), [rest]
        while got < n:
            d = self._recv(min(1 << 20, n - got))
            if not d:
                raise ConnectionResetError("closed in the body")
            got += len(d)
            if keep:
                parts.append(d)
        return b"".join(parts) if keep else n

    def _chunked(self, buf, keep):
        parts, total = [], 0
        while True:
            while b"\r\n" not in buf:
                buf += self._recv(1 << 20)
            line, buf = buf.split(b"\r\n", 1)
            n = int(line.split(b";")[0], 16)
            while len(buf) < n + 2:
                d = self._recv(1 << 20)
                if not d:
                    raise ConnectionResetError("closed in a chunk")
                buf += d
            if n == 0:
                return b"".join(parts) if keep else total
            total += n
            if keep:
                parts.append(buf[:n])
            buf = buf[n + 2 :]

    def _to_close(self, rest, keep):
        parts, total = [rest], len(rest)
        while d := self._recv(1 << 20):
            total += len(d)
            if keep:
                parts.append(d)
        self.close()
        return b"".join(parts) if keep else total

    def call(self, method, path, obj=None, **query):
        if query:
            path += "?" + urlencode(query, doseq=True)
        return json.loads(self.request(method, path, json.dumps(obj).encode() if obj is not None else None) or b"{}")

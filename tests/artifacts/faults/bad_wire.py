"""A TCP proxy that behaves as networks and overloaded stores do."""

import contextlib
import socket
import struct
import threading
import time


class BadWire:
    """Passes bytes between clients and one server until it is told to do something else.

    Modes: pass; refuse (closes at once); reset (when `after` bytes of requests have passed, and from then on); silent (takes
    and answers nothing); slow (`delay` seconds before each piece of an answer); slowdown (answers 503 SlowDown itself).
    """

    def __init__(self, port: int):
        self.target, self.mode, self.after, self.delay, self.passed = port, "pass", 0, 0.0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def turn(self, mode: str, after: int = 0, delay: float = 0.0) -> None:
        """Behave otherwise from now on; connections that are open are closed."""
        self.mode, self.after, self.delay, self.passed = mode, after, delay, 0
        self._drop(self.sockets)
        self.sockets = []

    def close(self) -> None:
        """No more of this."""
        self._drop([self.listener, *self.sockets])

    def _drop(self, sockets: list[socket.socket]) -> None:
        for item in sockets:
            with contextlib.suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)
            item.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.sockets.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.mode == "refuse":
                client.close()
            elif self.mode == "silent":
                while client.recv(65536):
                    pass
            elif self.mode == "slowdown":
                self._slow_down(client)
            else:
                self._pass(client)

    def _pass(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.target))
        self.sockets.append(server)
        threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()
        self._pump(client, server, True)

    def _pump(self, source: socket.socket, sink: socket.socket, is_request: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.passed += len(data) * is_request
                if is_request and self.mode == "reset" and self.passed > self.after:
                    source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                if not is_request and self.mode == "slow":
                    time.sleep(self.delay)
                sink.sendall(data)
        for item in (source, sink):
            with contextlib.suppress(OSError):
                item.close()

    def _slow_down(self, client: socket.socket) -> None:
        body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        head = (
            f"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        client.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while client.recv(65536):
                pass
        client.sendall(head.encode() + body)
        client.close()

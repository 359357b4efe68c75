"""Somebody's webhook: a small HTTP server in this process that keeps what it gets."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Answers with the next of `answers` (the last one for good), and remembers path, headers and body of each call."""

    def __init__(self, *answers):
        self.answers = list(answers) or [200]
        self.calls = []
        self.retry_after = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append((self.path, dict(self.headers), body))
                status = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if outer.retry_after:
                    self.send_header("Retry-After", outer.retry_after)
                if status in (301, 302, 307):
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(b"got it")

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def bodies(self):
        """The JSON of each call."""
        return [json.loads(body) for _, _, body in self.calls]

"""Somebody's mail server: speaks SMTP on a socket of this process and keeps what it gets."""

import email
import email.policy
import socketserver
import threading


class MailServer:
    """Answers RCPT with the next of `answers` (the last one for good); `mails` are the messages that were taken."""

    def __init__(self, *answers):
        self.answers = list(answers) or ["250 OK"]
        self.mails = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 here")
                while line := self.rfile.readline().decode().strip():
                    if line.upper() == "DATA":
                        self.say("354 go on")
                        outer.mails.append(email.message_from_bytes(self.read_message(), policy=email.policy.default))
                    elif line.upper().startswith("RCPT"):
                        self.say(outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0])
                        continue
                    self.say("221 bye" if line.upper() == "QUIT" else "250 OK")

            def read_message(self):
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
                return b"".join(lines)

            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

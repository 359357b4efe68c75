"""Django's test client as a person: with a token for the machines' door, with a session for the pages."""

from django.test import Client

from tests.support.http import Answer, Api
from tests.support.people import Person


class DjangoApi(Api):
    """Requests inside this process, as one person with their token. `workspace` goes into the header that names it."""

    def __init__(self, person: Person, workspace: str = ""):
        self.client = Client()
        self.headers = {**person.headers, **({"X-MLFLOW-WORKSPACE": workspace} if workspace else {})}

    def send(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Through the whole middleware."""
        kind = headers.pop("Content-Type", "application/octet-stream")
        if body is None:
            answer = self.client.generic(method, target, headers=self.headers | headers)
        else:
            answer = self.client.generic(method, target, body, content_type=kind, headers=self.headers | headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Answer(answer.status_code, answer.headers, content)

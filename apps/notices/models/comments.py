"""What people say about a thing of a room above: a run, a version, a request."""

from django.conf import settings
from django.db import models


class Comment(models.Model):
    """A text on a thing, known by its kind and its key as text. A deleted one stays as a row without its text."""

    noun = models.CharField(max_length=32)
    noun_id = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=300)
    text = models.TextField()
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms
    deleted_at = models.BigIntegerField(null=True)  # ms

    class Meta:
        indexes = [models.Index(name="comment_of_thing", fields=["noun", "noun_id", "id"])]

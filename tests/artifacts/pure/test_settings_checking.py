import pytest

from apps.artifacts.checks import check_folder, check_signed_urls


@pytest.mark.parametrize(
    ("public_url", "bucket_url", "errors"),
    [
        ("https://ml.example.com", "", 0),
        ("https://ml.example.com", "https://s3.example.com", 0),
        ("http://localhost:8000", "http://localhost:9000", 0),
        ("https://ml.example.com", "http://127.0.0.1:9000", 1),
        ("https://ml.example.com", "http://localhost:9000", 1),
    ],
)
def test_clients_are_never_sent_to_their_own_machine(settings, public_url, bucket_url, errors):
    settings.PUBLIC_URL, settings.S3_PUBLIC_URL = public_url, bucket_url
    assert len(check_signed_urls(None)) == errors


def test_a_folder_that_cannot_be_made_is_told(settings, tmp_path):
    settings.ARTIFACT_ROOT = str(tmp_path / "new/artifacts")
    assert check_folder(None) == []
    (tmp_path / "new").write_text("a file")
    (warning,) = check_folder(None)
    assert f"may not write to {tmp_path}/new" in warning.msg

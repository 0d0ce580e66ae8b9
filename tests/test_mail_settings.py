"""What settings of mail may say, and how they are refused."""

from __future__ import annotations

from typing import Any

import pytest

from rili.config import BadSettings, load

PASSWORD = "s3cret-word"
MAIL = {
    "RILI_DATABASE": "sqlite:a",
    "RILI_PUBLIC_URL": "https://rili.example",
    "RILI_SECRET_KEY": "0f" * 32,
    "RILI_SMTP_URL": f"smtps://rili:{PASSWORD}@mail.example",
    "RILI_MAIL_FROM": "calendar@example.com",
    "RILI_MAIL_REPLY_TO": "answers@example.com",
    "RILI_IMAP_URL": f"imaps://rili:{PASSWORD}@mail.example/INBOX",
}


def test_all_of_them() -> None:
    settings = load(None, MAIL)
    assert settings.smtp_url == MAIL["RILI_SMTP_URL"]
    assert (settings.mail_from, settings.mail_reply_to) == ("calendar@example.com", "answers@example.com")
    assert settings.imap_url == MAIL["RILI_IMAP_URL"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param({"RILI_MAIL_FROM": ""}, "RILI_SMTP_URL: smtp_url needs mail_from beside it", id="from nobody"),
        pytest.param({"RILI_PUBLIC_URL": ""}, "RILI_SMTP_URL: smtp_url needs public_url beside it", id="no address"),
        pytest.param({"RILI_SECRET_KEY": ""}, "RILI_SMTP_URL: smtp_url needs secret_key beside it", id="no key"),
        pytest.param({"RILI_MAIL_REPLY_TO": ""}, "RILI_IMAP_URL: imap_url needs mail_reply_to beside it", id="IMAP"),
        pytest.param({"RILI_SMTP_URL": ""}, "RILI_MAIL_REPLY_TO: mail_reply_to needs smtp_url beside it", id="no SMTP"),
        pytest.param({"RILI_SMTP_URL": f"smtp://u:{PASSWORD}@"}, "RILI_SMTP_URL: smtp_url must be smtps://", id="host"),
        pytest.param({"RILI_SMTP_URL": f"{PASSWORD}"}, "RILI_SMTP_URL: smtp_url must be smtps://", id="no URL"),
        pytest.param({"RILI_IMAP_URL": f"pop3://u:{PASSWORD}@x"}, "RILI_IMAP_URL: imap_url must be imaps://", id="POP"),
        pytest.param({"RILI_MAIL_FROM": "Rili"}, "RILI_MAIL_FROM: mail_from must be a mail address", id="no sender"),
        pytest.param(
            {"RILI_MAIL_REPLY_TO": "a+b@example.com"},
            "RILI_MAIL_REPLY_TO: mail_reply_to must be a mail address without +", id="a tag already",
        ),
    ],
)  # fmt: skip
def test_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load(None, MAIL | changed)
    (said,) = refused.value.problems
    assert said.startswith(problem)
    assert PASSWORD not in said

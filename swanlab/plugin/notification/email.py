"""E-mail by SMTP, encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from swanlab.errors import InvalidArgument
from swanlab.plugin.notification.base import SECONDS, NotificationCallback, NotSent
from swanlab.plugin.notification.message import Message

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

_SECURITY = ("auto", "starttls", "ssl", "none")


class EmailCallback(NotificationCallback):
    """Sends an e-mail. It defines no signing: ``secret`` is accepted and not used."""

    def __init__(
        self,
        sender_email: str,
        receiver_email: str | Sequence[str],
        password: str,
        smtp_server: str = "smtp.gmail.com",
        port: int = 587,
        language: str = "en",
        secret: str | None = None,
        security: str = "auto",
    ) -> None:
        """Send from ``sender_email`` through ``smtp_server``.

        Args:
            sender_email: address, and name to log in by.
            receiver_email: one address, several separated by commas, or a list.
            password: of the account; empty if the server asks for none.
            smtp_server: name of the server.
            port: of the server; 465 is TLS from the first byte, others begin with STARTTLS.
            language: ``zh`` or ``en``.
            secret: accepted, not used.
            security: ``auto`` (by the port), ``starttls``, ``ssl``, or ``none``, by which the
                password and the message can be read by anybody on the way.

        Raises:
            InvalidArgument: an unknown language or security.
        """
        super().__init__(language)
        if security not in _SECURITY:
            raise InvalidArgument(
                f"security must be one of {', '.join(_SECURITY)}, but got {security!r}."
            )
        receivers = receiver_email.split(",") if isinstance(receiver_email, str) else receiver_email
        self.sender_email = sender_email
        self.receivers = [one.strip() for one in receivers if one.strip()]
        self.password = password
        self.smtp_server = smtp_server
        self.port = port
        self.security = security
        if security == "auto":
            self.security = "ssl" if port == 465 else "starttls"

    def send_email(self, subject: str, body: str) -> bool:
        """Send a text of your own, now; returns whether the server took it. Never raises."""
        return self._try(Message(subject, body, {"text": body}))

    def deliver(self, message: Message) -> None:
        """Send the message.

        Raises:
            NotSent: the server refuses it, or offers no encryption.
            OSError: the server cannot be reached, or its certificate is not trusted.
        """
        import smtplib

        mail = self._mail(message)
        try:
            with self._connect() as server:
                if self.password:
                    server.login(self.sender_email, self.password)
                server.send_message(mail, self.sender_email, self.receivers)
        except smtplib.SMTPAuthenticationError:
            raise NotSent("the server refuses the address or the password") from None
        except smtplib.SMTPResponseException as error:
            said = error.smtp_error
            said = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            raise NotSent(f"the server answers {error.smtp_code} {said}") from None
        except smtplib.SMTPException as error:
            raise NotSent(f"the server does not take it ({type(error).__name__})") from None

    def _connect(self) -> smtplib.SMTP:
        import smtplib
        import ssl

        host, port = self.smtp_server, self.port
        if self.security == "ssl":
            trust = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trust)
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        if self.security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except smtplib.SMTPNotSupportedError:
                server.close()
                raise NotSent(
                    "the server offers no encryption; security='none' sends in the clear"
                ) from None
            except BaseException:
                server.close()
                raise
        return server

    def _mail(self, message: Message) -> EmailMessage:
        from email.message import EmailMessage
        from email.utils import formatdate, make_msgid

        mail = EmailMessage()
        mail["Subject"] = " ".join(message.title.split())
        mail["From"] = self.sender_email
        mail["To"] = ", ".join(self.receivers)
        mail["Date"] = formatdate(localtime=True)
        mail["Message-ID"] = make_msgid(domain=self.sender_email.rpartition("@")[2] or None)
        mail.set_content(message.text)
        return mail

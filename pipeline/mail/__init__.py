"""Editions by mail: each subscriber gets each edition once."""

from pipeline.mail.deliver import Delivered, MailNotSetError, deliver, planned

__all__ = ["Delivered", "MailNotSetError", "deliver", "planned"]

"""The bare limit of reading XML: unpack and parse, and look at nothing. Imported by processes, so it imports little."""

from __future__ import annotations

import binascii
import gzip
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from connectors import envelope, tax_return


def parse_envelopes(task: envelope.Task) -> None:
    """Parse envelopes and their parts of the wanted tables."""
    for path in task.paths:
        packed = Path(task.outbox.settings.address.removeprefix("file://"), task.folder, path).read_bytes()
        for part in etree.fromstring(gzip.decompress(packed)).iter("FILEHOSO"):
            if part[0].text in task.tables:
                etree.fromstring(binascii.a2b_base64(part[1].text or ""))


def parse_returns(task: tax_return.Task) -> None:
    """Parse the returns of an archive."""
    with zipfile.ZipFile(task.path) as archive:
        for entry in task.entries:
            etree.fromstring(archive.read(entry))

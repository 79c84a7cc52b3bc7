"""Boxes that only the holder of a private key opens: libsodium's own constructions, none of ours.

A box is `secretbox` (XSalsa20-Poly1305) under a random key; that key travels in envelopes made by `crypto_box_seal`
(X25519), one for each public key. A private key is wrapped under a passphrase by Argon2id and `secretbox`.
Inside a box: one line of JSON, then bytes. The line names the case and the box, so that a box put in another's place
is noticed by whoever opens it. libsodium is loaded when the first box is made or opened.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEY_BYTES = 32
NONCE_BYTES = 24
SALT_BYTES = 16
PADDED_TO = 1024  # bytes: the length of a box tells little of how much was written
OPS, MEMORY = 3, 268_435_456  # Argon2id, "moderate" of libsodium: about a second, 256 MiB
KIND = "hoiam-sealed-key"


class Tampered(Exception):
    """The box does not open with this key, or is not what it says it is."""


class WrongPassphrase(Exception):
    """The passphrase does not open the key."""


@dataclass(frozen=True, slots=True)
class Box:
    """An encrypted content and its key, enveloped for each public key by its id."""

    content: bytes
    envelopes: Mapping[str, bytes]


def key_id(public: bytes) -> str:
    """By what a public key is known and compared: 128 bits of BLAKE2b, 32 hex digits."""
    return hashlib.blake2b(public, digest_size=16).hexdigest()


def shown(identifier: str) -> str:
    """A key's id in groups of four, to be read aloud and compared."""
    return " ".join(identifier[start : start + 4] for start in range(0, len(identifier), 4))


def packed(head: Mapping[str, object], content: bytes = b"") -> bytes:
    """The inside of a box; a line without content is padded."""
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if not content:
        line += b" " * (-(len(line) + 1) % PADDED_TO)
    return line + b"\n" + content


def unpacked(inside: bytes) -> tuple[dict[str, Any], bytes]:
    """The line and the bytes; raises `Tampered`."""
    line, newline, content = inside.partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError as error:
        raise Tampered("not a sealed report") from error
    if not newline or not isinstance(head, dict):
        raise Tampered("not a sealed report")
    return head, content


def seal(inside: bytes, publics: Mapping[str, bytes]) -> Box:
    """Encrypt for these public keys; nobody else, and not the writer either, can open it."""
    from nacl.bindings import crypto_box_seal, crypto_secretbox

    key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    content = nonce + crypto_secretbox(inside, nonce, key)
    return Box(content, {name: crypto_box_seal(key, public) for name, public in publics.items()})


def unseal(content: bytes, envelope: bytes, private: bytes) -> bytes:
    """The inside again; raises `Tampered`."""
    from nacl.bindings import crypto_box_seal_open, crypto_scalarmult_base, crypto_secretbox_open
    from nacl.exceptions import CryptoError

    try:
        key = crypto_box_seal_open(envelope, crypto_scalarmult_base(private), private)
        return crypto_secretbox_open(content[NONCE_BYTES:], content[:NONCE_BYTES], key)
    except (CryptoError, ValueError, TypeError) as error:
        raise Tampered("does not open with this key, or was changed") from error


# -- private keys -----------------------------------------------------------------------------------------------------


def new_private() -> bytes:
    """A private key: 32 random bytes of the operating system."""
    return os.urandom(KEY_BYTES)


def public_of(private: bytes) -> bytes:
    """Its public half."""
    from nacl.bindings import crypto_scalarmult_base

    public: bytes = crypto_scalarmult_base(private)
    return public


def wrap(private: bytes, passphrase: str, *, ops: int = OPS, memory: int = MEMORY) -> dict[str, Any]:
    """The key file's content: the public key, and the private one under the passphrase."""
    from nacl.bindings import crypto_secretbox

    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    public = public_of(private)
    return {
        "kind": KIND,
        "v": 1,
        "key_id": key_id(public),
        "public": _text(public),
        "ops": ops,
        "mem": memory,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "wrapped": _text(crypto_secretbox(private, nonce, _stretched(passphrase, salt, ops, memory))),
    }


def unwrap(wrapped: Mapping[str, Any], passphrase: str) -> bytes:
    """The private key; raises `WrongPassphrase`, or `Tampered` where the file is not what it says."""
    from nacl.bindings import crypto_secretbox_open
    from nacl.exceptions import CryptoError

    told = checked(wrapped)
    stretched = _stretched(passphrase, _bytes(told["salt"]), told["ops"], told["mem"])
    try:
        private: bytes = crypto_secretbox_open(_bytes(told["wrapped"]), _bytes(told["nonce"]), stretched)
    except (CryptoError, ValueError, TypeError) as error:
        raise WrongPassphrase("the passphrase does not open this key") from error
    if len(private) != KEY_BYTES or public_of(private) != _bytes(told["public"]):
        raise Tampered("the private key does not belong to the public key of this file")
    return private


def checked(wrapped: object) -> dict[str, Any]:
    """A key file's content as far as it can be checked without the passphrase; raises `Tampered`."""
    if not isinstance(wrapped, Mapping) or wrapped.get("kind") != KIND or wrapped.get("v") != 1:
        raise Tampered("not a key file")
    try:
        sizes = {name: len(_bytes(str(wrapped[name]))) for name in ("public", "salt", "nonce", "wrapped")}
        cost = int(wrapped["ops"]), int(wrapped["mem"])
        known = str(wrapped["key_id"])
        public = _bytes(str(wrapped["public"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Tampered("not a whole key file") from error
    wanted = {"public": KEY_BYTES, "salt": SALT_BYTES, "nonce": NONCE_BYTES, "wrapped": KEY_BYTES + 16}
    if sizes != wanted or not 1 <= cost[0] <= 20 or not 8_388_608 <= cost[1] <= 1_073_741_824:
        raise Tampered("not a whole key file")
    if known != key_id(public):
        raise Tampered("the number of this key does not belong to its public key")
    texts = {name: str(wrapped[name]) for name in (*wanted, "key_id")}
    return {"kind": KIND, "v": 1, **texts, "ops": cost[0], "mem": cost[1]}


def _stretched(passphrase: str, salt: bytes, ops: int, memory: int) -> bytes:
    from unicodedata import normalize

    from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13

    words = normalize("NFC", passphrase).encode()  # keyboards compose Vietnamese letters in two ways
    stretched: bytes = crypto_pwhash_alg(KEY_BYTES, words, salt, ops, memory, crypto_pwhash_ALG_ARGON2ID13)
    return stretched


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

"""Keys of tills: what is taken as one, and whether a signature was made with it."""

import hmac
from base64 import b64decode, b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from app.kernel.signed import Algorithm, Signed
from app.merchants import errors, terms

DECOY = bytes.fromhex("302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""A public key of nobody here (RFC 8032, test 1): an unknown serial costs as much time as a wrong signature."""
PEM_LINES = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")


def read_public_key(text: str, algorithm: Algorithm) -> bytes:
    """Read a SubjectPublicKeyInfo in PEM or Base64 and give its one DER form. Refuses KeyUnfit."""
    bare = "".join(line.strip() for line in text.splitlines() if line.strip() not in PEM_LINES)
    try:
        key = load_der_public_key(b64decode(bare, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise errors.KeyUnfit from None
    fits = isinstance(key, Ed25519PublicKey) if algorithm is Algorithm.ED25519 else _is_fit_rsa(key)
    if algorithm is Algorithm.HMAC_SHA256 or not fits:
        raise errors.KeyUnfit
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_fit_rsa(key: object) -> bool:
    return isinstance(key, RSAPublicKey) and terms.RSA_BITS_MIN <= key.key_size <= terms.RSA_BITS_MAX


def enrolment_message(code: str, key: bytes) -> bytes:
    """What a till signs with its new key to show that it has the private half: the code, and the key in Base64."""
    return f"LINLI-ENROL\n{code}\n{b64encode(key).decode()}\n".encode()


def rotation_message(terminal_id: object, key: bytes) -> bytes:
    """The same for a key that takes the place of another one of this till."""
    return f"LINLI-ROTATE\n{terminal_id}\n{b64encode(key).decode()}\n".encode()


def check_possession(algorithm: Algorithm, key: bytes, message: bytes, proof: str) -> None:
    """Refuse KeyNotPossessed unless `proof` (Base64) is the signature of `message` by the key itself."""
    try:
        signature = b64decode(proof, validate=True)
    except ValueError:
        raise errors.KeyNotPossessed from None
    if not is_signed(algorithm, key, message, signature):
        raise errors.KeyNotPossessed


def is_good(signed: Signed, algorithm: Algorithm | None, material: bytes) -> bool:
    """Say whether a request was signed with a key of this algorithm and material; None: nobody's key.

    The algorithm is that of the key. A request that names another one is not good, however it was signed.
    """
    used = algorithm or Algorithm.ED25519
    good = is_signed(used, material if algorithm else DECOY, signed.message, signed.signature)
    return good and algorithm is signed.algorithm


def is_signed(algorithm: Algorithm, material: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` is one of `message`. `material`: a public key (DER), or the shared secret."""
    if algorithm is Algorithm.HMAC_SHA256:
        return hmac.compare_digest(hmac.new(material, message, sha256).digest(), signature)
    key = _public_key(material)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=2048)
def _public_key(material: bytes) -> object:
    """Parsing costs more than verifying, and a key never changes."""
    return load_der_public_key(material)

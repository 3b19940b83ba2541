#!/usr/bin/env python3
"""Verifies a copy of Curfew's log, written from README.md beside it: Python's standard library and `cryptography`.

usage: verify.py DIR KEY.pem [--as-of INSTANT] [--checkpoint FILE]
       verify.py --batch      (logs as lines of JSON on stdin, their faults as lines of JSON on stdout)
"""
import argparse
import base64
import hashlib
import json
import pathlib
import re
import sys
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ZEROS = "0" * 64
SKEW, SEALED_WITHIN, SILENCE = timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=2)
HEX = re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
EVENT_KEY = re.compile(r"events/([0-9A-Z]{26})/(\d{6,})[.]json")
NUMBERED_KEY = re.compile(r"(?:checkpoints|leaves)/(\d{12})[.]json")


def sha256(data):
    return hashlib.sha256(data).digest()


def hex256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    """RFC 8785 for what checkpoints and lists hold: texts and whole numbers."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def time_of(instant):
    return datetime.fromisoformat(instant.replace("Z", "+00:00"))


def is_count(value, least=0):
    return type(value) is int and value >= least


def is_hash(value):
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def read_canonical(text):
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and canonical(value) == text else None


def read_checkpoint(text):
    signed = read_canonical(text)
    if signed is None or set(signed) != {"checkpoint", "signature"} or not isinstance(signed["signature"], str):
        return None
    c = signed["checkpoint"]
    names = {"v", "deployment", "number", "size", "root", "at", "prev", "leaves", "key"}
    if not isinstance(c, dict) or set(c) != names or c["v"] != 1 or not isinstance(c["deployment"], str):
        return None
    if not (is_count(c["number"], 1) and is_count(c["size"])):
        return None
    if not all(is_hash(c[name]) for name in ("root", "prev", "leaves", "key")):
        return None
    return signed if isinstance(c["at"], str) and INSTANT.fullmatch(c["at"]) else None


def read_list(text):
    found = read_canonical(text)
    if found is None or set(found) != {"v", "number", "first", "leaves"} or found["v"] != 1:
        return None
    if not (is_count(found["number"], 1) and is_count(found["first"]) and isinstance(found["leaves"], list)):
        return None
    for leaf in found["leaves"]:
        if not (isinstance(leaf, list) and len(leaf) == 3 and is_count(leaf[1], 1) and is_hash(leaf[2])):
            return None
        if not (isinstance(leaf[0], str) and re.fullmatch(r"[0-9A-Z]{26}", leaf[0])):
            return None
    return found if found["leaves"] else None


def read_event(text):
    """None for whatever is no event, or one whose own hash doesn't hold."""
    try:
        event = json.loads(text)
    except ValueError:
        return None
    if not isinstance(event, dict) or not is_count(event.get("seq")):
        return None
    if not all(isinstance(event.get(name), str) for name in ("requestId", "at", "prev", "hash")):
        return None
    parts = text.split('"hash":"%s",' % event["hash"])
    return event if len(parts) == 2 and hex256("".join(parts)) == event["hash"] else None


class Tree:
    """Roots of whole subtrees, largest first, as RFC 6962 builds them."""

    def __init__(self):
        self.size, self.roots = 0, []

    def append(self, leaf):
        node, rest = leaf, self.size
        while rest % 2:
            node, rest = sha256(b"\1" + self.roots.pop() + node), rest // 2
        self.roots.append(node)
        self.size += 1

    def root(self):
        if not self.roots:
            return sha256(b"")
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = sha256(b"\1" + left + node)
        return node


class Keys:
    def __init__(self, pem):
        self.keys, self.seen = {}, {}
        for block in re.findall(r"-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----", pem):
            key = serialization.load_pem_public_key(block.encode())
            der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            self.keys[hashlib.sha256(der).hexdigest()] = key

    def signed(self, signed):
        key = self.keys.get(signed["checkpoint"]["key"])
        if key is None:
            return False
        message = "curfew-checkpoint/1\n" + canonical(signed["checkpoint"])
        whole = (message, signed["signature"])
        if whole not in self.seen:
            self.seen[whole] = self.holds(key, *whole)
        return self.seen[whole]

    @staticmethod
    def holds(key, message, signature):
        try:
            key.verify(base64.b64decode(signature), message.encode(), ec.ECDSA(hashes.SHA256()))
            return True
        except (InvalidSignature, ValueError):
            return False


class Directory:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        marks = self.read("marks.json")
        self.marks = json.loads(marks) if marks is not None else {}

    def keys(self, prefix):
        found = (self.path / prefix).rglob("*")
        return sorted(one.relative_to(self.path).as_posix() for one in found if one.is_file())

    def read(self, key):
        try:
            return (self.path / key).read_bytes().decode()
        except (FileNotFoundError, NotADirectoryError):
            return None


class Memory:
    def __init__(self, objects, marks):
        self.objects, self.marks = objects, marks

    def keys(self, prefix):
        return sorted(key for key in self.objects if key.startswith(prefix))

    def read(self, key):
        return self.objects.get(key)


class Verifier:
    def __init__(self, log, keys, known=None, as_of=None):
        self.log, self.signed, self.known, self.as_of = log, keys.signed, known, as_of
        self.hidden, self.unlocked = set(log.marks.get("hidden", [])), set(log.marks.get("unlocked", []))
        self.faults, self.tree, self.heads, self.lists = [], Tree(), {}, set()
        self.whole, self.last, self.prev, self.number = True, None, ZEROS, 0
        self.events = self.waiting = 0

    def fault(self, kind, key):
        self.faults.append([kind, key])

    def run(self):
        self.checkpoints()
        self.unnamed_lists()
        self.end()
        self.rest()
        return self.faults

    def keys(self, prefix):
        for key in self.log.keys(prefix):
            if key in self.hidden:
                self.fault("hidden", key)
            yield key

    def read(self, key):
        text = self.log.read(key)
        if text is not None and key in self.unlocked:
            self.fault("unlocked", key)
        return text

    # Checkpoints, each with the leaves that are new with it.

    def checkpoints(self):
        for key in self.keys("checkpoints/"):
            match = NUMBERED_KEY.fullmatch(key)
            number = int(match[1]) if match else 0
            if number == 0:
                self.fault("inserted", key)
                continue
            while self.number + 1 < number:
                self.number += 1
                self.fault("deleted", "checkpoints/%012d.json" % self.number)
                self.prev = None
                self.unvouched(self.number)
            self.number = number
            self.checkpoint(key, number)

    def checkpoint(self, key, number):
        text, prev = self.read(key), self.prev
        self.prev = None
        signed = read_checkpoint(text or "")
        if signed is None:
            self.fault("edited", key)
            return self.unvouched(number)
        c = signed["checkpoint"]
        if not self.signed(signed):
            self.fault("forged", key)
            return self.unvouched(number)
        if c["number"] != number or c["deployment"] != (self.last or c)["deployment"]:
            self.fault("swapped", key)
            return self.unvouched(number)
        self.prev = hex256(text)
        if prev is not None and c["prev"] != prev:
            self.fault("forked", key)
        if self.last and c["at"] < self.last["at"]:
            self.fault("stale-clock", key)
        if self.known and self.known["checkpoint"]["number"] == number and self.known["checkpoint"] != c:
            self.fault("forked", key)
        self.last = c
        if c["leaves"] != ZEROS:
            self.named(c)
        if self.whole and (self.tree.size != c["size"] or self.tree.root().hex() != c["root"]):
            if prev is not None:
                self.fault("forked", key)
            self.whole = False

    def unvouched(self, number):
        """Leaves whose checkpoint is missing or not to be trusted: the next one tells whether they are the true ones."""
        found = read_list(self.log.read("leaves/%012d.json" % number) or "")
        if found and found["number"] == number and found["first"] == self.tree.size:
            self.take(found, self.last["at"] if self.last else "9999-12-31T00:00:00.000Z")

    def named(self, c):
        key = "leaves/%012d.json" % c["number"]
        self.lists.add(c["number"])
        text = self.read(key)
        found = read_list(text or "")
        if text is None:
            self.fault("deleted", key)
        elif hex256(text) != c["leaves"]:
            self.fault("swapped" if found and found["number"] != c["number"] else "edited", key)
        elif not found or found["number"] != c["number"] or found["first"] + len(found["leaves"]) != c["size"]:
            self.fault("forged", key)
        else:
            return self.take(found, c["at"])
        self.whole = False

    def take(self, found, sealed_at):
        self.lists.add(found["number"])
        whole = self.whole and found["first"] == self.tree.size
        for leaf in found["leaves"]:
            self.tree.append(bytes.fromhex(leaf[2]))
        for leaf in found["leaves"]:
            self.event(leaf, sealed_at, whole)

    # Events, each against its leaf and the one before it.

    def event(self, leaf, sealed_at, whole):
        request, seq, leaf_hash = leaf
        key = "events/%s/%06d.json" % (request, seq)
        before, prev, at = self.heads.get(request, (0, ZEROS, None))
        if seq != before + 1:
            if whole and seq <= before:
                self.fault("inserted", key)
            elif whole:
                self.fault("deleted", "events/%s/%06d.json" % (request, before + 1))
            prev, at = None, None
        self.heads[request] = (seq, None, None)
        text = self.read(key)
        if text is None:
            return self.fault("deleted", key)
        self.events += 1
        event = read_event(text)
        if event and (event["requestId"] != request or event["seq"] != seq):
            return self.fault("reordered" if event["requestId"] == request else "swapped", key)
        if not event or sha256(b"\0" + text.encode()).hex() != leaf_hash:
            return self.fault("edited", key)
        if prev is not None and event["prev"] != prev:
            self.fault("forked", key)
        if time_of(event["at"]) > time_of(sealed_at) + SKEW:
            self.fault("stale-clock", key)
        if at is not None and time_of(event["at"]) < time_of(at) - SKEW:
            self.fault("stale-clock", key)
        self.heads[request] = (seq, event["hash"], event["at"])

    # What no checkpoint names, and the end.

    def unnamed_lists(self):
        for key in self.keys("leaves/"):
            match = NUMBERED_KEY.fullmatch(key)
            number = int(match[1]) if match else 0
            if number in self.lists and number:
                continue
            if number <= self.number:
                self.fault("inserted", key)
            else:
                self.fault("truncated", "checkpoints/%012d.json" % number)

    def end(self):
        following = "checkpoints/%012d.json" % (self.number + 1)
        if self.known and not self.signed(self.known):
            self.fault("forged", "known")
        elif self.known and self.known["checkpoint"]["number"] > self.number:
            self.fault("truncated", following)
        elif self.number == 0:
            self.fault("truncated", following)
        elif self.last and self.as_of and time_of(self.as_of) - time_of(self.last["at"]) > SILENCE:
            self.fault("truncated", following)

    def rest(self):
        for key in self.keys("events/"):
            match = EVENT_KEY.fullmatch(key)
            request, seq = (match[1], int(match[2])) if match else ("", 0)
            if 0 < seq <= self.heads.get(request, (0,))[0]:
                continue
            event = read_event(self.log.read(key) or "")
            ours = event is not None and event["requestId"] == request and event["seq"] == seq
            old = event is None or (
                self.last is not None and time_of(event["at"]) + SEALED_WITHIN <= time_of(self.last["at"])
            )
            if ours and not old:
                self.waiting += 1
            elif self.whole:
                self.fault("inserted", key)


def batch():
    """{"keep": name, "objects": {...}} keeps a log; {"of": name, "put": {...}, "remove": [...], ...} is one changed from it."""
    kept, keys = {}, {}
    for line in sys.stdin:
        given = json.loads(line)
        if "keep" in given:
            kept[given["keep"]] = given["objects"]
            continue
        objects = {**kept[given["of"]], **given["put"]}
        for key in given["remove"]:
            del objects[key]
        pem = given["key"]
        keys.setdefault(pem, Keys(pem))
        log = Memory(objects, given["marks"])
        faults = Verifier(log, keys[pem], given.get("known"), given.get("asOf")).run()
        print(json.dumps(faults))


def main():
    if sys.argv[1:] == ["--batch"]:
        return batch()
    parser = argparse.ArgumentParser(description="Verifies a copy of Curfew's log.")
    parser.add_argument("dir")
    parser.add_argument("key")
    parser.add_argument("--as-of")
    parser.add_argument("--checkpoint")
    given = parser.parse_args()
    known = json.loads(pathlib.Path(given.checkpoint).read_text()) if given.checkpoint else None
    keys = Keys(pathlib.Path(given.key).read_text())
    verifier = Verifier(Directory(given.dir), keys, known, given.as_of)
    faults = verifier.run()
    for kind, key in faults:
        print(kind, key)
    print("%d events sealed, %d wait to be sealed, %d faults" % (verifier.tree.size, verifier.waiting, len(faults)))
    sys.exit(3 if faults else 0)


if __name__ == "__main__":
    main()

"""Reads TFRecord exports without TensorFlow: framing, checksums and Protocol Buffers by their specifications alone.

Reads JSON from standard input: a list of folders; prints for each {split: [{feature: values}]}, pictures as size and pixel.
Stops at the first record that is damaged, of another kind than features.json says, or not counted there.
"""
import hashlib
import io
import json
import os
import struct
import sys

from PIL import Image


def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


TABLE = list(crc_table())


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    with open(path, "rb") as file:
        while head := file.read(12):
            length, length_crc = struct.unpack("<QI", head)
            assert masked_crc(head[:8]) == length_crc, f"{path}: checksum of a length"
            data = file.read(length)
            assert struct.unpack("<I", file.read(4))[0] == masked_crc(data), f"{path}: checksum of data"
            yield data


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        assert key & 7 == 2, "only fields with a length stand in an Example as it is written"
        length, at = varint(data, at)
        yield key >> 3, data[at : at + length]
        at += length


def values(kind, data):
    packed = [value for _, value in fields(data)]
    if kind == "bytes":
        return packed
    if kind == "float":
        return [x for part in packed for (x,) in struct.iter_unpack("<f", part)]
    found = []
    for part in packed:
        at = 0
        while at < len(part):
            value, at = varint(part, at)
            found.append(value - (1 << 64) if value >> 63 else value)
    return found


def example(data, kinds):
    found = {}
    for _, entry in fields(next(value for _, value in fields(data))):
        (_, name), (_, feature) = fields(entry)
        ((kind, content),) = fields(feature)
        name, kind = name.decode(), [None, "bytes", "float", "int64"][kind]
        assert name not in found and kinds[name] == kind, f"{name} is of kind {kind}"
        found[name] = [plain(name, value) for value in values(kind, content)]
    assert found.keys() == kinds.keys(), "every feature stands in every record, if only empty"
    return found


def plain(name, value):
    if name.endswith("/encoded"):
        image = Image.open(io.BytesIO(value)).convert("RGB")
        return {"size": list(image.size), "pixel": list(image.getpixel((0, 0)))}
    return value.decode() if isinstance(value, bytes) else value


def merkle(leaves):
    if len(leaves) < 2:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + merkle(leaves[:half]) + merkle(leaves[half:])).digest()


def read(folder):
    about = json.load(open(os.path.join(folder, "features.json"), encoding="utf-8"))
    kinds = {feature["name"]: feature["kind"] for feature in about["features"]}
    splits = {}
    for shard in about["shards"]:
        path = os.path.join(folder, shard["file"])
        data = list(records(path))
        assert (len(data), os.path.getsize(path)) == (shard["records"], shard["bytes"]), shard["file"]
        assert merkle(data).hex() == shard["merkleSha256"], shard["file"]
        splits.setdefault(str(shard["split"]), []).extend(example(record, kinds) for record in data)
    return splits


print(json.dumps([read(folder) for folder in json.load(sys.stdin)]))

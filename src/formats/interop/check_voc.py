"""Reads Pascal VOC exports as torchvision's VOCDetection does, with the same parser (expat) and Pillow.

Reads JSON from standard input: [folder]; prints for each the pictures of every list, in its order: size by the file and
by the XML, and the objects with coordinates as they stand.
"""
import json
import os
import sys
from xml.etree import ElementTree

from PIL import Image


def read(folder, stem):
    tree = ElementTree.parse(os.path.join(folder, "Annotations", f"{stem}.xml")).getroot()
    # torchvision opens this name and no other; Pillow goes by the content.
    with Image.open(os.path.join(folder, "JPEGImages", f"{stem}.jpg")) as image:
        size = image.convert("RGB").size
    number = lambda node, path: int(node.findtext(path))
    return {
        "stem": stem,
        "fileName": tree.findtext("filename"),
        "title": tree.findtext("source/database"),
        "size": list(size),
        "told": [number(tree, f"size/{side}") for side in ("width", "height", "depth")],
        "objects": [
            {
                "name": node.findtext("name"),
                "truncated": number(node, "truncated"),
                "difficult": number(node, "difficult"),
                "box": [number(node, f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax")],
            }
            for node in tree.iter("object")
        ],
    }


def check(folder):
    lists = os.path.join(folder, "ImageSets", "Main")
    result = {}
    for name in sorted(os.listdir(lists)):
        with open(os.path.join(lists, name), encoding="utf-8") as file:
            result[name] = [read(folder, line.strip()) for line in file.readlines()]
    return result


print(json.dumps([check(folder) for folder in json.load(sys.stdin)]))

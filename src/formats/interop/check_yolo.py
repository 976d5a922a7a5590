"""Reads YOLO exports as Ultralytics does, by its rules: data.yaml with PyYAML, every picture with Pillow, every row.

Reads JSON from standard input: [folder]; prints one result for each. `problems` are what Ultralytics 8.4 would refuse or
warn of (`check_det_dataset`, `check_image`, `verify_image_label`), `outside` the edges that pass those of the picture in
exact decimals, and `validator` what prepare_dataset.py's `validate` counts, in the folder of each split.
"""
import json
import os
import sys
from decimal import Decimal
from glob import glob

import yaml
from PIL import Image, ImageOps

# ultralytics/data/utils.py
SEEN = {"avif", "bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"}


def read_labels(path, classes, problems):
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file.read().strip().splitlines() if line.strip()]
    if any(len(row) != 5 for row in rows):
        problems.append(f"{path}: not five columns")
        return []
    values = [[int(row[0])] + [Decimal(cell) for cell in row[1:]] for row in rows]
    for number, *place in values:
        if not 0 <= number < classes:
            problems.append(f"{path}: class {number} of {classes}")
        if min(place) < 0 or max(place) > 1:
            problems.append(f"{path}: outside 0 to 1")
    if len({tuple(float(cell) for cell in row) for row in values}) < len(values):
        problems.append(f"{path}: duplicate rows")
    return values


def overflows(rows):
    edges = [c - s / 2 for _, x, y, w, h in rows for c, s in ((x, w), (y, h))]
    ends = [c + s / 2 for _, x, y, w, h in rows for c, s in ((x, w), (y, h))]
    return sum(edge < 0 for edge in edges) + sum(end > 1 for end in ends)


def validator(images, labels):
    stem = lambda name: os.path.splitext(name)[0]
    pictures = {stem(name) for name in os.listdir(images) if name.endswith((".jpg", ".jpeg", ".png"))}
    return sorted(pictures ^ {stem(name) for name in os.listdir(labels) if name.endswith(".txt")})


def check(folder):
    with open(os.path.join(folder, "data.yaml"), encoding="utf-8") as file:
        data = yaml.safe_load(file)
    problems = [key for key in ("train", "val") if key not in data]
    problems += [key for key in ("path", "download") if key in data]
    if list(data["names"]) != list(range(data["nc"])) or any(not isinstance(n, str) for n in data["names"].values()):
        problems.append("names")
    result = {"data": data, "names": list(data["names"].values()), "splits": {}, "outside": 0, "validator": []}
    stems = []
    for split in [key for key in ("train", "val", "test") if key in data]:
        images = os.path.join(folder, data[split])
        found = [name for name in glob(os.path.join(images, "**", "*.*"), recursive=True)]
        pictures = {}
        for path in sorted(found):
            stem, extension = os.path.splitext(os.path.basename(path))
            if extension[1:] not in SEEN:
                problems.append(f"{path}: not seen")
            with Image.open(path) as image:
                image.load()
                width, height = ImageOps.exif_transpose(image).size
            if min(width, height) < 10:
                problems.append(f"{path}: under 10 pixels")
            # As img2label_paths does it.
            head, tail = path.rsplit(f"{os.sep}images{os.sep}", 1)
            labels = os.path.splitext(os.path.join(head, "labels", tail))[0] + ".txt"
            if not os.path.isfile(labels):
                problems.append(f"{labels}: missing")
                continue
            rows = read_labels(labels, data["nc"], problems)
            result["outside"] += overflows(rows)
            pictures[stem] = {
                "size": [width, height],
                "rows": [[row[0], *(float(cell) for cell in row[1:])] for row in rows],
            }
        result["splits"][split] = pictures
        stems += pictures
        result["validator"] += validator(images, images.replace(f"{os.sep}images", f"{os.sep}labels"))
    result["uniqueStems"] = len(set(stems)) == len(stems)
    with open(os.path.join(folder, "classes.txt"), encoding="utf-8") as file:
        result["classLines"] = [line.strip() for line in file if line.strip()]
    return result | {"problems": problems}


print(json.dumps([check(folder) for folder in json.load(sys.stdin)]))

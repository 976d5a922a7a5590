"""Opens COCO exports with pycocotools: every picture, and the evaluator on the ground truth as predictions.

Reads JSON from standard input: [{"annotations": file, "images": folder}]; prints one result for each.
"""
import contextlib
import io
import json
import os
import sys

from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def check(entry):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(entry["annotations"])
        sizes_agree = all(
            Image.open(os.path.join(entry["images"], image["file_name"])).size == (image["width"], image["height"])
            for image in truth.loadImgs(truth.getImgIds())
        )
        annotations = truth.loadAnns(truth.getAnnIds())
        result = {
            "images": len(truth.getImgIds()),
            "annotations": len(annotations),
            "categories": {c["name"]: c["id"] for c in truth.loadCats(truth.getCatIds())},
            "sizesAgree": sizes_agree,
            "smallestIds": [min(truth.getImgIds(), default=0), min(truth.getAnnIds(), default=0)],
            "ap": None,
            "maskPixels": sum(int(truth.annToMask(a).sum()) for a in annotations if a.get("segmentation")),
        }
        if annotations:
            guesses = [{k: a[k] for k in ("image_id", "category_id", "bbox")} | {"score": 1.0} for a in annotations]
            evaluation = COCOeval(truth, truth.loadRes(guesses), "bbox")
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
            result["ap"] = float(evaluation.stats[0])
    return result


print(json.dumps([check(entry) for entry in json.load(sys.stdin)]))

// The sample project as qontinui's dataset, opened by what people use on it: pycocotools, Pillow, and the filter by state
// that the tool's documentation shows.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Edit } from '#core/edit.ts'
import type { MediaReader } from '#core/io.ts'
import type { AnySession } from '#core/session.ts'
import { needs } from '#test/needs.ts'
import { writeQontinui } from './qontinui-write.ts'
import { memorySink, noExtras, testContext } from './test-files.ts'

const check = `
import contextlib, io, json, os, sys
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

root = sys.argv[1]
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(os.path.join(root, "dataset.json"))
    boxes = truth.loadAnns(truth.getAnnIds())
    found = truth.loadRes([{k: b[k] for k in ("image_id", "category_id", "bbox")} | {"score": 1.0} for b in boxes])
    evaluation = COCOeval(truth, found, "bbox")
    evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()

sizes = 0
for image in truth.loadImgs(truth.getImgIds()):
    with Image.open(os.path.join(root, "images", image["file_name"])) as picture:
        picture.load()
        sizes += picture.size == (image["width"], image["height"])

lines = [json.loads(line) for line in open(os.path.join(root, "manifest.jsonl"))]
annotations = [json.load(open(os.path.join(root, name))) for name in sorted({line["annotations"] for line in lines})]
login = [a for a in annotations if "Login" in a["context"]["active_states"]]
metadata = json.load(open(os.path.join(root, "metadata.json")))
names = {c["id"]: c["name"] for c in truth.loadCats(truth.getCatIds())}
print(json.dumps({
    "ap": evaluation.stats[0], "ap50": evaluation.stats[1], "boxes": len(boxes), "images": len(truth.getImgIds()), "sizes": sizes,
    "lines": len(lines), "files": len(annotations), "login": len(login),
    "counts": metadata["total_images"] == len(annotations)
        and metadata["total_annotations"] == sum(len(a["annotations"]) for a in annotations) == len(boxes),
    "same_names": metadata["category_map"] == {name: id for id, name in names.items()}
        and all(names[b["category_id"]] == b["category_name"] for a in annotations for b in a["annotations"]),
    "inside": all(b["bbox"][0] >= 0 and b["bbox"][1] >= 0 and min(b["bbox"][2:]) > 0
        and b["bbox"][0] + b["bbox"][2] <= a["image_width"] and b["bbox"][1] + b["bbox"][3] <= a["image_height"]
        for a in annotations for b in a["annotations"]),
}))
`

const sample = new URL('../../../../sample/gui/', import.meta.url)
const records = <T>(name: string) =>
  readFileSync(new URL(name, sample), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const media: MediaReader = {
  async *open(sha256) {
    yield readFileSync(new URL(`media/${sha256}.png`, sample))
  },
}

const { skip, path: python } = needs('python')

test('pycocotools, Pillow and the documented filter work on what we write', { skip }, async () => {
  const [sessions, edits] = [records<AnySession>('sessions.ndjson'), records<Edit>('edits.ndjson')]
  async function* items() {
    for (const session of sessions) yield { session, edits: edits.filter((edit) => edit.session === session.id) }
  }
  const sink = memorySink()
  await writeQontinui(items(), media, sink, {}, noExtras, testContext())
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-qontinui-'))
  try {
    for (const [name, content] of Object.entries(sink.files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    const { status, stdout, stderr } = spawnSync(python, ['-c', check, folder], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const { ap, ap50, ...rest } = JSON.parse(stdout) as Record<string, number>
    assert.ok(ap !== undefined && Math.abs(ap - 1) < 1e-9, `AP ${ap}`)
    assert.ok(ap50 !== undefined && Math.abs(ap50 - 1) < 1e-9, `AP50 ${ap50}`)
    assert.deepEqual(rest, {
      boxes: 180,
      images: 20,
      sizes: 20,
      lines: 24,
      files: 20,
      login: 10,
      counts: true,
      same_names: true,
      inside: true,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/**
 * A script that builds the shot in After Effects: a composition with the footage, a camera with keys and a null for each
 * point. x runs right, y down and z into the picture, in pixels; the camera's zoom is its focal length in pixels; a layer
 * is turned by Rx Ry Rz. Pixels are square: oblong ones make the composition wider.
 *
 * Its camera looks through the middle of the composition, which therefore grows around the footage where the principal
 * point lies elsewhere. Properties go by match names, which every language of After Effects has.
 */
import { eulerCurve } from './rotation-curves.ts'
import { hasLens, isShifted, pinholeNote, type Scene, type SceneExport } from './scene.ts'
import { number, numbers, oneLine } from './scene-text.ts'

/** Each point is a layer, and After Effects grows slow with many. */
const mostPoints = 200

export function afterEffectsScene(scene: Scene): SceneExport {
  const { points } = scene
  const stage = stageOf(scene)
  const notes = [
    ...(hasLens(scene) ? [pinholeNote] : []),
    ...(isShifted(scene)
      ? [`the composition for After Effects is ${stage.width} x ${stage.height}: its middle is the principal point`]
      : []),
    ...(points.length > mostPoints ? [`After Effects gets the ${mostPoints} points with the smallest error`] : []),
  ]
  return {
    files: [{ name: 'after-effects.jsx', pieces: () => pieces(scene, stage, [...scene.notes, ...notes]) }],
    notes,
  }
}

/** The composition, and where the middle of the footage lies in it. */
interface Stage {
  readonly width: number
  readonly height: number
  readonly footage: readonly [x: number, y: number]
  /** Pixels of the composition for a unit of the scene: a comfortable size to work in. */
  readonly scale: number
}

function stageOf({ intrinsics, nearest, farthest }: Scene): Stage {
  const { widthPx, heightPx, pixelAspect, principalXPx, principalYPx } = intrinsics
  const span = (length: number, centre: number) => 2 * Math.ceil(Math.max(centre, length - centre) - 1e-6)
  const shown = widthPx * pixelAspect
  const centre = [principalXPx * pixelAspect, principalYPx] as const
  const level = Math.abs(centre[0] - shown / 2) < 1e-6 && Math.abs(centre[1] - heightPx / 2) < 1e-6
  const width = level ? Math.round(shown) : span(shown, centre[0])
  const height = level ? heightPx : span(heightPx, centre[1])
  const footage = [width / 2 + shown / 2 - centre[0], height / 2 + heightPx / 2 - centre[1]] as const
  return { width, height, footage, scale: (2 * shown) / Math.sqrt(nearest * farthest) }
}

function* pieces(scene: Scene, stage: Stage, notes: readonly string[]): Iterable<string> {
  const { clip, frameRate, cameras, startFrame, firstNumber, lastNumber, intrinsics, points } = scene
  const rate = frameRate.numerator / frameRate.denominator
  // Names may hold anything; in a string of JavaScript of 1999 only ASCII is safe.
  const text = (value: string) => JSON.stringify(value).replace(/[^\x20-\x7e]/gu, escaped)
  const list = (name: string, rows: Iterable<string>) => `var ${name} = [\n${[...rows].join(',\n')}\n];\n`
  yield `// Solved camera of ${oneLine(clip.name)} for After Effects: File > Scripts > Run Script File.\n`
  for (const note of notes) yield `// Note: ${oneLine(note)}\n`
  yield `var NAME = ${text(clip.name)};\nvar FOOTAGE = ${clip.footage === null ? 'null' : text(clip.footage)};\n`
  yield `var SIZE = [${stage.width}, ${stage.height}];\nvar RATE = ${number(rate)};\nvar FRAMES = ${clip.frameCount};\n`
  yield `var FIRST_NUMBER = ${startFrame};\nvar RANGE = [${firstNumber - startFrame}, ${lastNumber - startFrame}];\n`
  yield `var FOOTAGE_AT = [${numbers(stage.footage, ', ')}];\n`
  yield `var FOOTAGE_SIZE = [${number(intrinsics.widthPx * intrinsics.pixelAspect)}, ${intrinsics.heightPx}];\n`
  const turns = eulerCurve(
    cameras.map(({ worldFromCam }) => layerRotation(worldFromCam)),
    [0, 1, 2],
  )
  yield '// Frame from 0, position, turns about x, y and z in degrees, zoom.\n'
  yield list(
    'CAMERAS',
    cameras.map(({ frame, position, focalPx }, i) => {
      const zoom = focalPx * intrinsics.pixelAspect
      return `[${numbers([frame, ...placeOf(position, stage), ...turns[i]!, zoom], ', ')}]`
    }),
  )
  yield '// Track and position.\n'
  const best = points.toSorted((a, b) => a.errorPx - b.errorPx).slice(0, mostPoints)
  yield list(
    'POINTS',
    best.map(({ track, position }) => `[${numbers([track, ...placeOf(position, stage)], ', ')}]`),
  )
  yield program
}

const escaped = (letter: string) =>
  Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')

/** The scene's origin is put in the middle of the composition. */
const placeOf = ([x = 0, y = 0, z = 0]: ArrayLike<number> & Iterable<number>, { width, height, scale }: Stage) => [
  width / 2 + scale * x,
  height / 2 - scale * y,
  -scale * z,
]

/** y and z change their signs, of the world and of the camera alike. */
const layerRotation = (r: Float64Array) => r.map((value, i) => ((i % 3 === 0) === i < 3 ? value : -value))

const program = `
(function () {
  function keyed(property, times, values) {
    property.setValuesAtTimes(times, values);
    for (var key = 1; key <= property.numKeys; key++) {
      property.setInterpolationTypeAtKey(key, KeyframeInterpolationType.LINEAR, KeyframeInterpolationType.LINEAR);
    }
  }

  function column(first, count) {
    var values = [];
    for (var i = 0; i < CAMERAS.length; i++) {
      values.push(count === 1 ? CAMERAS[i][first] : CAMERAS[i].slice(first, first + count));
    }
    return values;
  }

  function transformOf(layer) {
    return layer.property("ADBE Transform Group");
  }

  function addFootage(comp) {
    if (FOOTAGE === null) return;
    var file = new File(new File($.fileName).path + "/" + FOOTAGE);
    if (!file.exists) {
      alert("No footage at " + FOOTAGE + ": put it into the composition by hand.");
      return;
    }
    var item = app.project.importFile(new ImportOptions(file));
    var layer = comp.layers.add(item);
    var transform = transformOf(layer);
    transform.property("ADBE Position").setValue(FOOTAGE_AT);
    // The composition has square pixels, and After Effects squares those of the footage by its own table.
    transform.property("ADBE Scale").setValue([
      (100 * FOOTAGE_SIZE[0]) / (item.width * item.pixelAspect),
      (100 * FOOTAGE_SIZE[1]) / item.height
    ]);
  }

  function addCamera(comp) {
    var camera = comp.layers.addCamera("Hindsight camera", [comp.width / 2, comp.height / 2]);
    camera.autoOrient = AutoOrientType.NO_AUTO_ORIENT;
    var times = [];
    for (var i = 0; i < CAMERAS.length; i++) times.push(CAMERAS[i][0] / RATE);
    var transform = transformOf(camera);
    keyed(transform.property("ADBE Position"), times, column(1, 3));
    keyed(transform.property("ADBE Rotate X"), times, column(4, 1));
    keyed(transform.property("ADBE Rotate Y"), times, column(5, 1));
    keyed(transform.property("ADBE Rotate Z"), times, column(6, 1));
    keyed(camera.property("ADBE Camera Options Group").property("ADBE Camera Zoom"), times, column(7, 1));
  }

  function addPoints(comp) {
    for (var i = 0; i < POINTS.length; i++) {
      var layer = comp.layers.addNull(comp.duration);
      layer.name = "track " + POINTS[i][0];
      layer.threeDLayer = true;
      var transform = transformOf(layer);
      transform.property("ADBE Anchor Point").setValue([0, 0, 0]);
      transform.property("ADBE Scale").setValue([20, 20, 20]);
      transform.property("ADBE Position").setValue(POINTS[i].slice(1));
    }
  }

  app.beginUndoGroup("Hindsight");
  if (!app.project) app.newProject();
  var comp = app.project.items.addComp("Hindsight " + NAME, SIZE[0], SIZE[1], 1, FRAMES / RATE, RATE);
  // Since version 17.1; without it frames count from 0.
  if ("displayStartFrame" in comp) comp.displayStartFrame = FIRST_NUMBER;
  comp.workAreaStart = RANGE[0] / RATE;
  comp.workAreaDuration = (RANGE[1] - RANGE[0] + 1) / RATE;
  addFootage(comp);
  addCamera(comp);
  addPoints(comp);
  comp.openInViewer();
  app.endUndoGroup();
})();
`

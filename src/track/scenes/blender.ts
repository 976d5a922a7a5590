/**
 * A script that builds the shot in Blender: camera with keys, background footage that its own lens model undistorts, points
 * as the vertices of one mesh, all below one empty. It stays with what Blender 2.93 to 5 have in common.
 *
 * Blender is z up; its camera axes are ours. Its principal point is in pixels from the lower left corner.
 */
import { quaternionCurve } from './rotation-curves.ts'
import { focalMm, hasLens, type Scene, type SceneExport, windowShift, zUp, zUpRotation } from './scene.ts'
import { number, numbers, oneLine } from './scene-text.ts'

export function blenderScene(scene: Scene): SceneExport {
  const notes =
    scene.zoom && hasLens(scene)
      ? ["Blender's clip has one focal length: the footage is undistorted with the mean of the zoom"]
      : []
  return { files: [{ name: 'blender.py', pieces: () => pieces(scene, [...scene.notes, ...notes]) }], notes }
}

function* pieces(scene: Scene, notes: readonly string[]): Iterable<string> {
  const { clip, cameras, points, zoom } = scene
  yield `# Solved camera of ${oneLine(clip.name)} for Blender 2.93 or later.\n`
  yield '# Scripting > Open > Run Script, or: blender --python blender.py\n'
  for (const note of notes) yield `# Note: ${oneLine(note)}\n`
  if (!scene.isMetric) yield '# The scale is not known: scale the empty "Hindsight".\n'
  yield 'import os\nimport re\n\nimport bpy\n\n'
  yield settings(scene)
  yield `\n# frame, x, y, z, quaternion w, x, y, z${zoom ? ', focal length in mm' : ''}\nCAMERAS = [\n`
  const turns = quaternionCurve(cameras.map(({ worldFromCam }) => zUpRotation(worldFromCam)))
  for (const [i, { number: frame, position, focalPx }] of cameras.entries()) {
    yield `    (${frame}, ${numbers([...zUp(position), ...turns[i]!, ...(zoom ? [focalMm(scene, focalPx)] : [])], ', ')}),\n`
  }
  yield ']\n\n# track, x, y, z\nPOINTS = [\n'
  for (const { track, position } of points) yield `    (${track}, ${numbers(zUp(position), ', ')}),\n`
  yield `]\n${program}`
}

function settings(scene: Scene): string {
  const { clip, frameRate, intrinsics, startFrame, firstNumber, lastNumber, sensorWidthMm, nearest, farthest } = scene
  const { widthPx, heightPx, pixelAspect, principalXPx, principalYPx, lens, focalPx } = intrinsics
  // Blender's rate is a whole number over a base: 24 / 1.001.
  const rate = frameRate.numerator / frameRate.denominator
  const fps = Math.max(1, Math.round(rate))
  const { model, ...coefficients } = lens
  const lines: Readonly<Record<string, string>> = {
    NAME: JSON.stringify(clip.name),
    FOOTAGE: clip.footage === null ? 'None' : JSON.stringify(clip.footage),
    CLIP_START: String(startFrame),
    FRAMES: `(${firstNumber}, ${lastNumber})`,
    FPS: `(${fps}, ${number(fps / rate)})`,
    SIZE: `(${widthPx}, ${heightPx})`,
    PIXEL_ASPECT: pixelAspect >= 1 ? `(${number(pixelAspect)}, 1)` : `(1, ${number(1 / pixelAspect)})`,
    SENSOR_WIDTH: number(sensorWidthMm),
    LENS: number(focalMm(scene, focalPx)),
    SHIFT: `(${numbers(windowShift(scene), ', ')})`,
    PRINCIPAL: `(${numbers([principalXPx, heightPx - principalYPx], ', ')})`,
    CLIP_RANGE: `(${numbers([nearest, farthest], ', ')})`,
    DISTORTION:
      model === 'none' ? 'None' : `(${JSON.stringify(model.toUpperCase())}, ${dictionary(model, coefficients)})`,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

/** The coefficients as Blender names them; y runs up there, which turns the sign of p2. */
function dictionary(model: string, coefficients: Readonly<Record<string, number>>): string {
  const prefix = model === 'polynomial' ? '' : `${model}_`
  const entries = Object.entries(coefficients).map(
    ([name, value]) => `${JSON.stringify(prefix + name)}: ${number(name === 'p2' ? -value : value)}`,
  )
  return `{${entries.join(', ')}}`
}

const program = `

def here():
    """The folder of this file, run from a command line or from Blender's text editor."""
    text = getattr(bpy.context.space_data, "text", None)
    return os.path.dirname(os.path.abspath(bpy.path.abspath(text.filepath) if text else __file__))


def find_footage():
    """A video, or the first picture of a sequence; None when it is not there."""
    if FOOTAGE is None:
        return None
    path = os.path.normpath(os.path.join(here(), FOOTAGE))
    folder, pattern = os.path.split(path)
    numbered = re.match(r"^(.*?)(?:%0?\\d*d|#+)(.*)$", pattern)
    if os.path.isdir(path):
        folder, wanted = path, re.compile(r".*\\d\\.(?:png|jpe?g|tiff?|exr|dpx|webp)$", re.IGNORECASE)
    elif numbered:
        wanted = re.compile(re.escape(numbered.group(1)) + r"\\d+" + re.escape(numbered.group(2)) + "$")
    else:
        return path if os.path.isfile(path) else None
    names = sorted(name for name in os.listdir(folder) if wanted.match(name)) if os.path.isdir(folder) else []
    return os.path.join(folder, names[0]) if names else None


def load_clip(path):
    clip = bpy.data.movieclips.load(path)
    clip.frame_start = CLIP_START
    inside = clip.tracking.camera
    inside.sensor_width = SENSOR_WIDTH
    inside.pixel_aspect = PIXEL_ASPECT[0] / PIXEL_ASPECT[1]
    inside.focal_length = LENS
    if hasattr(inside, "principal_point_pixels"):
        inside.principal_point_pixels = PRINCIPAL
    else:
        inside.principal = PRINCIPAL
    if DISTORTION is not None:
        inside.distortion_model = DISTORTION[0]
        for name, value in DISTORTION[1].items():
            setattr(inside, name, value)
    return clip


def set_scene(scene):
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = PIXEL_ASPECT
    scene.render.fps, scene.render.fps_base = FPS
    scene.frame_start, scene.frame_end = FRAMES


def add_camera():
    data = bpy.data.cameras.new("Hindsight camera")
    data.sensor_fit = "HORIZONTAL"
    data.sensor_width = SENSOR_WIDTH
    data.lens = LENS
    data.shift_x, data.shift_y = SHIFT
    data.clip_start, data.clip_end = CLIP_RANGE
    camera = bpy.data.objects.new("Hindsight camera", data)
    camera.rotation_mode = "QUATERNION"
    edit = bpy.context.preferences.edit
    usual = edit.keyframe_new_interpolation_type
    edit.keyframe_new_interpolation_type = "LINEAR"
    for frame, x, y, z, qw, qx, qy, qz, *lens in CAMERAS:
        camera.location = (x, y, z)
        camera.rotation_quaternion = (qw, qx, qy, qz)
        camera.keyframe_insert("location", frame=frame)
        camera.keyframe_insert("rotation_quaternion", frame=frame)
        if lens:
            data.lens = lens[0]
            data.keyframe_insert("lens", frame=frame)
    edit.keyframe_new_interpolation_type = usual
    return camera


def add_background(camera, clip):
    camera.data.show_background_images = True
    image = camera.data.background_images.new()
    image.source = "MOVIE_CLIP"
    image.clip = clip
    image.alpha = 1.0
    # The camera has no distortion, so the footage is shown without it too.
    image.clip_user.use_render_undistorted = DISTORTION is not None


def add_points():
    mesh = bpy.data.meshes.new("Hindsight points")
    mesh.from_pydata([point[1:] for point in POINTS], [], [])
    tracks = mesh.attributes.new("track", "INT", "POINT")
    for index, point in enumerate(POINTS):
        tracks.data[index].value = point[0]
    return bpy.data.objects.new("Hindsight points", mesh)


def main():
    scene = bpy.context.scene
    set_scene(scene)
    collection = bpy.data.collections.new("Hindsight " + NAME)
    scene.collection.children.link(collection)
    root = bpy.data.objects.new("Hindsight", None)
    camera = add_camera()
    points = add_points()
    for child in (camera, points):
        child.parent = root
    for member in (root, camera, points):
        collection.objects.link(member)
    scene.camera = camera
    path = find_footage()
    if path is None:
        print("Hindsight: no footage at " + str(FOOTAGE) + "; set it as the camera's background by hand")
    else:
        clip = load_clip(path)
        scene.active_clip = clip
        add_background(camera, clip)
    scene.frame_set(FRAMES[0])


main()
`

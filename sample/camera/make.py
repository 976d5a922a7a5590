"""Records the camera part of the sample project by really tracking clips in Blender, twice each.

    blender -b --factory-startup --python sample/camera/make.py -- --out sample/camera CLIP.mp4 [CLIP.mp4:tripod ...]

Writes OUT/sessions.ndjson (one session per line, as docs/spec.md describes them) and one small picture per clip in
OUT/media. The second attempt at a clip names the first as its parent and uses other settings. Everything that is
recorded was measured: what Blender does not tell (the correlation of a match, say) is null.
"""

import argparse
import datetime
import hashlib
import json
import math
import os
import random
import sys
import time

import bpy

REGIONS = [[f"{row}-{column}" for column in ("left", "center", "right")] for row in ("bottom", "mid", "top")]
REGIONS[1][1] = "center"
SAMPLE_EVERY = 5
TARGET_TRACKS = 48
MIN_LIFESPAN = 8
CLEANUP_ERROR_PX = 2.0
GOOD_ERROR_PX = 2.0
USELESS_ERROR_PX = 10.0
FEWEST_TRACKS = 8
START_FOCAL_MM = 35.0
SENSOR_WIDTH_MM = 36.0
SEED = 20260302

# The settings that AutoSolve's documentation gives for each class of motion.
TIERS = {
    "low": {"patternSize": 15, "searchSize": 71, "correlation": 0.72, "threshold": 0.30, "motionModel": "Loc"},
    "medium": {"patternSize": 19, "searchSize": 101, "correlation": 0.65, "threshold": 0.25, "motionModel": "LocRot"},
    "high": {"patternSize": 25, "searchSize": 141, "correlation": 0.55, "threshold": 0.20, "motionModel": "Affine"},
}


class Editor:
    """A clip open in a clip editor: Blender's tracking operators need one even without a screen."""

    def __init__(self, path):
        self.clip = bpy.data.movieclips.load(path)
        self.scene = bpy.context.scene
        self.last = self.clip.frame_duration
        self.scene.frame_start, self.scene.frame_end = 1, self.last
        self.window = bpy.context.window_manager.windows[0]
        self.screen = self.window.screen
        self.area = max(self.screen.areas, key=lambda area: area.width * area.height)
        self.area.type = "CLIP_EDITOR"
        self.space = self.area.spaces.active
        self.space.clip, self.space.mode = self.clip, "TRACKING"
        self.region = next(region for region in self.area.regions if region.type == "WINDOW")

    @property
    def tracks(self):
        return self.clip.tracking.tracks

    def go_to(self, frame):
        """Without a screen nothing carries the scene's frame over to the clip editor, and operators use the latter's."""
        self.scene.frame_set(frame)
        self.space.clip_user.frame_current = frame

    def run(self, operator, **options):
        with bpy.context.temp_override(
            window=self.window, screen=self.screen, area=self.area, region=self.region,
            space_data=self.space, scene=self.scene, edit_movieclip=self.clip,
        ):
            return operator(**options)

    def select(self, wanted):
        for track in self.tracks:
            track.select = wanted(track)

    def delete(self, wanted):
        self.select(wanted)
        if any(track.select for track in self.tracks):
            self.run(bpy.ops.clip.delete_track)

    def detect(self, frame, threshold, min_distance, margin, most):
        """Adds at most `most` features at a frame, spread over the image; returns how many there were to choose from."""
        self.go_to(frame)
        before = {track.name for track in self.tracks}
        self.select(lambda track: False)
        self.run(bpy.ops.clip.detect_features, threshold=threshold, min_distance=min_distance, margin=margin,
                 placement="FRAME")
        fresh = [track for track in self.tracks if track.name not in before]
        chosen = {track.name for track in spread(fresh, frame, most)}
        self.delete(lambda track: track.name not in before and track.name not in chosen)
        self.select(lambda track: track.name in chosen)
        return len(fresh)

    def follow(self, frame, backwards):
        self.go_to(frame)
        if any(track.select for track in self.tracks):
            self.run(bpy.ops.clip.track_markers, backwards=backwards, sequence=True)


def spread(tracks, frame, most):
    """The same share of every region of the image, in random but repeatable order."""
    by_region = {}
    for track in random.Random(SEED).sample(list(tracks), len(tracks)):
        co = track.markers.find_frame(frame).co
        by_region.setdefault(region_of(co.x, co.y), []).append(track)
    chosen = []
    while len(chosen) < most and any(by_region.values()):
        for group in by_region.values():
            if group and len(chosen) < most:
                chosen.append(group.pop())
    return chosen


def region_of(x, y):
    return REGIONS[third(y)][third(x)]


def third(share):
    return min(2, max(0, int(share * 3)))


def live_markers(track):
    return sorted((marker for marker in track.markers if not marker.mute), key=lambda marker: marker.frame)


def step_lengths(markers):
    return [math.dist(a.co, b.co) for a, b in zip(markers, markers[1:]) if b.frame == a.frame + 1]


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def deviation(values):
    middle = mean(values)
    return None if middle is None else math.sqrt(mean((value - middle) ** 2 for value in values))


def rounded(value, digits=6):
    return None if value is None or not math.isfinite(value) else round(value, digits)


def probe(editor):
    """Follows a few features over 20 frames from the first quarter on, and says how fast they go."""
    editor.delete(lambda track: True)
    settings = editor.clip.tracking.settings
    settings.default_pattern_size, settings.default_search_size = 21, 121
    settings.default_correlation_min, settings.default_motion_model = 0.55, "Loc"
    settings.default_frames_limit, settings.default_margin = 0, 16
    start = max(1, editor.last // 4)
    found = editor.detect(start, threshold=0.5, min_distance=40, margin=20, most=18)
    frames = min(20, editor.last - start)
    for frame in range(start, start + frames):
        editor.go_to(frame)
        editor.run(bpy.ops.clip.track_markers, backwards=False, sequence=False)
    regions, velocities = {}, []
    for track in editor.tracks:
        markers = live_markers(track)
        steps = step_lengths(markers)
        co = markers[0].co
        entry = regions.setdefault(region_of(co.x, co.y), {"total": 0, "survived": 0, "velocitiesUv": []})
        entry["total"] += 1
        entry["survived"] += len(steps) >= 0.7 * frames
        if steps:
            velocities.append(mean(steps))
            entry["velocitiesUv"].append(rounded(mean(steps)))
    editor.delete(lambda track: True)
    velocity = mean(velocities)
    motion = None if velocity is None else "high" if velocity > 0.03 else "medium" if velocity > 0.01 else "low"
    return {
        "method": "tracks",
        "motionClass": motion,
        "textureClass": "high" if found >= 100 else "medium" if found >= 30 else "low",
        "bestRegions": sorted(name for name, entry in regions.items() if entry["survived"] * 2 >= entry["total"]),
        "meanVelocityUv": rounded(velocity),
        "maxVelocityUv": rounded(max(velocities)) if velocities else None,
        "regions": regions,
    }


def settings_of(attempt, motion, tripod, earlier):
    """The tier of the motion class first; then, after a bad result, what is looser, and after a good one what is stricter."""
    tier = TIERS[motion or "medium"]
    common = {
        "minDistancePx": 24, "marginPx": 16, "targetTracks": TARGET_TRACKS, "minLifespanFrames": MIN_LIFESPAN,
        "tripod": tripod, "robust": False, "normalize": False, "patternMatch": "keyframe", "refine": ["focal"],
        "cleanupErrorPx": CLEANUP_ERROR_PX,
    }
    if attempt == 1:
        return {**tier, **common}, f"tier for {motion or 'unknown'} motion"
    if earlier == "succeeded":
        strict = {"patternSize": 21, "searchSize": 91, "correlation": 0.8, "threshold": 0.35, "motionModel": "LocRot"}
        return {**strict, **common}, "stricter matching after a good solve"
    loose = {"patternSize": 27, "searchSize": 131, "correlation": 0.5, "threshold": 0.12, "motionModel": "Affine"}
    return {**loose, **common, "robust": True}, "looser matching after a bad solve"


def apply(editor, values):
    settings = editor.clip.tracking.settings
    settings.default_pattern_size, settings.default_search_size = values["patternSize"], values["searchSize"]
    settings.default_correlation_min = values["correlation"]
    settings.default_motion_model = values["motionModel"]
    settings.default_pattern_match = "KEYFRAME"
    settings.use_default_normalization = values["normalize"]
    settings.use_default_brute = True
    settings.default_frames_limit, settings.default_margin = 0, values["marginPx"]
    settings.use_tripod_solver = values["tripod"]
    settings.use_keyframe_selection = not values["tripod"]
    settings.refine_intrinsics_focal_length = True
    camera = editor.clip.tracking.camera
    camera.sensor_width, camera.units, camera.focal_length = SENSOR_WIDTH_MM, "MILLIMETERS", START_FOCAL_MM
    camera.distortion_model, camera.k1, camera.k2, camera.k3 = "POLYNOMIAL", 0.0, 0.0, 0.0


def track_clip(editor, values):
    """From the middle to both ends, then again from the ends where too few tracks got there."""
    def detect(frame, most):
        editor.detect(frame, values["threshold"], values["minDistancePx"], values["marginPx"], most)

    middle = (editor.last + 1) // 2
    detect(middle, values["targetTracks"])
    editor.follow(middle, backwards=False)
    editor.follow(middle, backwards=True)
    for frame, backwards in ((1, False), (editor.last, True)):
        alive = sum(1 for track in editor.tracks if alive_at(track, frame))
        if alive < 16:
            detect(frame, 16 - alive)
            editor.follow(frame, backwards)


def alive_at(track, frame):
    marker = track.markers.find_frame(frame)
    return marker is not None and not marker.mute


def end_reason(editor, track, crowded):
    last = live_markers(track)[-1]
    if last.frame >= editor.last:
        return "clip-end"
    width, height = editor.clip.size
    edge = track_margin(editor)
    x, y = last.co.x * width, last.co.y * height
    if min(x, width - x, y, height - y) <= edge:
        return "left-frame"
    return "scene-cut" if last.frame in crowded else "lost-match"


def track_margin(editor):
    settings = editor.clip.tracking.settings
    return settings.default_margin + settings.default_pattern_size


def crowded_ends(editor):
    """Frames before the last at which at least 60 % of the tracks then alive ended at once."""
    ends = {}
    for track in editor.tracks:
        end = live_markers(track)[-1].frame
        ends[end] = ends.get(end, 0) + 1
    crowded = set()
    for frame, ended in ends.items():
        alive = sum(1 for track in editor.tracks if alive_at(track, frame))
        if frame < editor.last and ended >= 6 and ended >= 0.6 * alive:
            crowded.add(frame)
    return crowded


def describe(editor, track, crowded):
    markers = live_markers(track)
    first, last = markers[0], markers[-1]
    lifespan = last.frame - first.frame
    steps = step_lengths(markers)
    center_x, center_y = mean(m.co.x for m in markers), mean(m.co.y for m in markers)
    sampled = [m for m in markers if (m.frame - first.frame) % SAMPLE_EVERY == 0]
    point = has_point(track)
    return {
        "name": track.name,
        "region": region_of(center_x, center_y),
        "startFrame": first.frame,
        "endFrame": last.frame,
        "lifespanFrames": lifespan,
        "markerCount": len(markers),
        "averageVelocityUv": rounded(math.dist(first.co, last.co) / lifespan) if lifespan else None,
        "jitter": rounded(deviation(steps) / mean(steps), 4) if len(steps) > 1 and mean(steps) else None,
        "survived": lifespan >= MIN_LIFESPAN,
        "contributedToSolve": point and track.weight > 0,
        "reprojectionErrorPx": rounded(reprojection_px(editor, track), 4) if point else None,
        "initialUv": [round(first.co.x, 4), round(first.co.y, 4)],
        "trajectory": {
            "everyMarkers": None,
            "frames": [m.frame for m in sampled],
            "positionsUv": [[round(m.co.x, 4), round(m.co.y, 4)] for m in sampled],
        },
        "endReason": end_reason(editor, track, crowded),
    }


def clean(editor, deleted, reason, wanted, keep, crowded):
    """Deletes the tracks that `wanted` names, worst last first kept, and remembers them with the reason."""
    doomed = [track for track in editor.tracks if wanted(track)]
    if len(editor.tracks) - len(doomed) < keep:
        return
    names = {track.name for track in doomed}
    for track in doomed:
        deleted.append({
            **describe(editor, track, crowded),
            "deletion": {"reason": reason, "noticedFrame": editor.scene.frame_current},
        })
    editor.delete(lambda track: track.name in names)


def solve(editor):
    """Whether the solve gave a reconstruction. A failed one leaves the previous in place, so it is cleared first."""
    editor.run(bpy.ops.clip.clear_solution)
    try:
        editor.run(bpy.ops.clip.solve_camera)
    except RuntimeError:
        return False
    return editor.clip.tracking.reconstruction.is_valid


def hold_out(editor):
    """One track in ten, spread evenly: weight 0 means that the camera does not depend on it."""
    tracks = sorted(editor.tracks, key=lambda track: track.name)
    if len(tracks) < 20:
        return
    for i, track in enumerate(tracks):
        track.weight = 0.0 if i % 10 == 5 else 1.0


def has_point(track):
    """Blender says has_bundle, with error 0, of tracks that it could not place either; those lie at the origin."""
    return track.has_bundle and any(track.bundle)


def reprojection_px(editor, track):
    """Mean distance of the markers from the projected point; Blender gives none for tracks of weight 0. No distortion."""
    width, height = editor.clip.size
    focal = editor.clip.tracking.camera.focal_length_pixels
    from_world = {camera.frame: camera.matrix.inverted() for camera in editor.clip.tracking.reconstruction.cameras}
    distances = []
    for marker in live_markers(track):
        if marker.frame in from_world:
            point = from_world[marker.frame] @ track.bundle
            if point.z < 0:
                u, v = 0.5 + focal * point.x / -point.z / width, 0.5 + focal * point.y / -point.z / height
                distances.append(math.hypot((marker.co.x - u) * width, (marker.co.y - v) * height))
    return mean(distances)


def intrinsics(editor):
    camera = editor.clip.tracking.camera
    return {
        "focalMm": rounded(camera.focal_length, 4),
        "focalPx": rounded(camera.focal_length_pixels, 3),
        "sensorWidthMm": rounded(camera.sensor_width, 4),
        "pixelAspect": rounded(camera.pixel_aspect, 4),
        "distortionModel": "polynomial",
        "polynomial": [rounded(camera.k1), rounded(camera.k2), rounded(camera.k3)],
    }


def outcome_of(editor, solved, crowded, duration_ms):
    tracks = list(editor.tracks)
    reconstruction = editor.clip.tracking.reconstruction
    used = [track for track in tracks if solved and has_point(track) and track.weight > 0]
    held = [track for track in tracks if solved and has_point(track) and track.weight == 0]
    error = reconstruction.average_error if solved else None
    frames = len(reconstruction.cameras) if solved else 0
    status, failure = "succeeded", None
    if not solved or len(used) < FEWEST_TRACKS or error > USELESS_ERROR_PX:
        status = "failed"
    elif error > GOOD_ERROR_PX or frames < 0.9 * editor.last:
        status = "partial"
    if crowded:
        failure = "scene-cut"
        status = "failed" if status == "failed" else "partial"
    elif status == "failed":
        failure = "insufficient-features" if len(tracks) < 16 else "unknown"
    elif status == "partial":
        failure = "unknown"
    message = None
    if status == "failed":
        what = f"error of {error:.1f} px" if solved else "no reconstruction"
        message = {"code": None, "message": f"{what} from {len(tracks)} tracks"}
    return {
        "status": status,
        "error": message,
        "durationMs": duration_ms,
        "solveErrorPx": rounded(error, 4),
        "heldOutErrorPx": rounded(mean(reprojection_px(editor, track) for track in held), 4),
        "heldOutTracks": sum(1 for track in tracks if track.weight == 0),
        "totalTracks": len(tracks),
        "successfulTracks": len(used),
        "bundleCount": sum(1 for track in tracks if has_point(track)) if solved else 0,
        "solvedFrames": frames,
        "failureType": failure,
        "frameOfFailure": min(crowded) if crowded else None,
        "solvedCamera": intrinsics(editor) if solved else None,
    }


def frame_samples(tracks, last):
    samples, before = [], None
    for frame in range(1, last + 1, SAMPLE_EVERY):
        active = {track.name for track in tracks if alive_at(track, frame)}
        steps = [
            math.dist(a.co, b.co)
            for track in tracks
            for a, b in [(track.markers.find_frame(frame - 1), track.markers.find_frame(frame))]
            if a and b and not a.mute and not b.mute
        ]
        lost = None if before is None else len(before - active)
        samples.append({"frame": frame, "activeTracks": len(active), "tracksLost": lost,
                        "averageVelocityUv": rounded(mean(steps))})
        before = active
    return samples


def flow_of(records, last):
    speeds = [record["averageVelocityUv"] for record in records if record["averageVelocityUv"] is not None]
    moves = [
        (record["trajectory"]["positionsUv"][-1][0] - record["initialUv"][0],
         record["trajectory"]["positionsUv"][-1][1] - record["initialUv"][1])
        for record in records
    ]
    dx, dy = mean(move[0] for move in moves) or 0.0, mean(move[1] for move in moves) or 0.0
    length = math.hypot(dx, dy)
    short = sum(1 for record in records if record["lifespanFrames"] < 0.3 * last)
    return {
        "velocityMeanUv": rounded(mean(speeds)),
        "velocityStdUv": rounded(deviation(speeds)),
        "velocityMaxUv": rounded(max(speeds)) if speeds else None,
        "parallax": None,
        "dominantDirection": [rounded(dx / length, 4), rounded(dy / length, 4)] if length else None,
        "dropoutRate": rounded(short / len(records), 4) if records else None,
    }


def region_stats(records):
    stats = {}
    for record in records:
        entry = stats.setdefault(record["region"], {"totalTracks": 0, "successfulTracks": 0, "lifespans": []})
        entry["totalTracks"] += 1
        entry["successfulTracks"] += record["contributedToSolve"]
        entry["lifespans"].append(record["lifespanFrames"])
    for entry in stats.values():
        entry["averageLifespanFrames"] = rounded(mean(entry.pop("lifespans")), 2)
    return stats


def uuid7(rng):
    digits = f"{int(time.time() * 1000):012x}"
    random_hex = f"{rng.getrandbits(74):019x}"
    variant = f"{8 + rng.getrandbits(2):x}"
    return f"{digits[:8]}-{digits[8:]}-7{random_hex[:3]}-{variant}{random_hex[3:6]}-{random_hex[6:18]}"


def attempt(editor, common, number, seen, parent):
    values, reason = settings_of(number, seen["motionClass"], common["tripod"], parent and parent["outcome"]["status"])
    started = time.time()
    editor.delete(lambda track: True)
    apply(editor, values)
    before = intrinsics(editor)
    track_clip(editor, values)
    crowded = crowded_ends(editor)
    samples = frame_samples(list(editor.tracks), editor.last)
    deleted = []
    clean(editor, deleted, "short-lifespan",
          lambda track: live_markers(track)[-1].frame - live_markers(track)[0].frame < MIN_LIFESPAN, 12, crowded)
    hold_out(editor)
    solved = solve(editor)
    if solved:
        clean(editor, deleted, "high-error", lambda track: track.average_error > CLEANUP_ERROR_PX, 12, crowded)
        solved = solve(editor)
    records = [describe(editor, track, crowded) for track in editor.tracks]
    outcome = outcome_of(editor, solved, crowded, round((time.time() - started) * 1000))
    session = {
        "id": uuid7(random.SystemRandom()),
        "project": "default",
        "domain": "camera",
        "schemaVersion": 1,
        "recordedAt": datetime.datetime.fromtimestamp(started, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{int(started * 1000) % 1000:03d}Z",
        "host": {"name": "blender", "version": bpy.app.version_string},
        "contributor": None,
        "consent": None,
        "parent": parent and parent["id"],
        "context": {**common["context"], "camera": before, "probe": seen, "attempt": number,
                    "chain": parent["id"] if parent else None},
        "settings": {"values": values, "reason": reason, "propensity": None,
                     "policy": {"name": "sample-script", "version": "1"}},
        "outcome": outcome,
        "telemetry": {
            "tracks": records,
            "deletedTracks": deleted,
            "regionStats": region_stats(records),
            "flow": flow_of(records, editor.last),
            "frameSamples": samples,
            "adaptations": [],
            "healingAttempts": [],
        },
        "media": [common["picture"]],
    }
    print(f"{common['name']} attempt {number}: {outcome['status']}, {outcome['totalTracks']} tracks, "
          f"{outcome['solveErrorPx']} px, failure {outcome['failureType']}")
    return session


def picture(path, out, size):
    """The middle frame, 480 pixels wide, through Blender's sequencer."""
    scene = bpy.data.scenes.new("picture")
    strip = scene.sequence_editor_create().sequences.new_movie("clip", path, 1, 1)
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = max(1, round(100 * 480 / size[0]))
    scene.render.image_settings.file_format, scene.render.image_settings.quality = "JPEG", 70
    scene.view_settings.view_transform = "Standard"
    # Blender writes time, host and file into the picture unless told not to.
    for name in dir(scene.render):
        if name.startswith("use_stamp"):
            setattr(scene.render, name, False)
    scene.frame_set(max(1, strip.frame_final_duration // 2))
    target = os.path.join(out, "media", "picture.jpg")
    scene.render.filepath = target
    bpy.ops.render.render(write_still=True, scene=scene.name)
    bpy.data.scenes.remove(scene)
    with open(target, "rb") as file:
        content = file.read()
    image = bpy.data.images.load(target)
    width, height = image.size
    bpy.data.images.remove(image)
    sha256 = hashlib.sha256(content).hexdigest()
    os.replace(target, os.path.join(out, "media", f"{sha256}.jpg"))
    return {"role": "frame", "sha256": sha256, "mediaType": "image/jpeg",
            "bytes": len(content), "width": width, "height": height}


def record(path, tripod, out):
    editor = Editor(path)
    width, height = editor.clip.size
    with open(path, "rb") as file:
        content = file.read()
    name = os.path.splitext(os.path.basename(path))[0]
    common = {
        "name": name,
        "tripod": tripod,
        "picture": picture(path, out, (width, height)),
        "context": {
            "clip": {
                "fingerprint": f"content-{hashlib.sha256(content).hexdigest()[:24]}",
                "extension": os.path.splitext(path)[1].lower(),
                "codecHint": None,
                "sizeBytes": len(content),
            },
            "widthPx": width,
            "heightPx": height,
            "fps": rounded(editor.clip.fps, 3),
            "frameCount": editor.last,
            "durationS": rounded(editor.last / editor.clip.fps, 4),
            "firstFrame": 1,
            "footageType": "tripod" if tripod else None,
            "clock": "utc",
        },
    }
    seen = probe(editor)
    first = attempt(editor, common, 1, seen, None)
    return [first, attempt(editor, common, 2, seen, first)]


def main():
    parser = argparse.ArgumentParser(prog="make.py", description="Records sample camera sessions.")
    parser.add_argument("--out", required=True, help="folder for sessions.ndjson and media/")
    parser.add_argument("clips", nargs="+", help="video files; CLIP:tripod for shots without camera translation")
    options = parser.parse_args(sys.argv[sys.argv.index("--") + 1:])
    os.makedirs(os.path.join(options.out, "media"), exist_ok=True)
    sessions = []
    for clip in options.clips:
        path, _, kind = clip.partition(":")
        sessions += record(os.path.abspath(path), kind == "tripod", os.path.abspath(options.out))
    with open(os.path.join(options.out, "sessions.ndjson"), "w", encoding="utf-8") as file:
        for session in sessions:
            file.write(json.dumps(session, separators=(",", ":"), allow_nan=False) + "\n")


main()

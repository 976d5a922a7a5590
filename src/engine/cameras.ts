/** Cameras by name: how wide the part of the sensor is that makes the picture. */
export { type CameraBody, cameraBodies, cameraByName } from '#domains/camera/camera-bodies.ts'

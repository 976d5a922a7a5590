/**
 * Well-known cameras and how wide their film back is: the width of the sensor that a picture of full width uses. Nominal
 * figures, as commonly given for these cameras and not checked one by one against data sheets: they only turn millimetres into
 * pixels where the focal length starts. A mode that crops (stabilisation, slow motion, a 4K window of a larger sensor) uses
 * less; where it matters, give the width by hand.
 */
import { fault } from '#core/faults.ts'

export interface CameraBody {
  readonly name: string
  readonly sensorWidthMm: number
  /** In which mode, or where the figure comes from. */
  readonly note: string
}

export const cameraBodies: readonly CameraBody[] = [
  { name: 'Full frame', sensorWidthMm: 36, note: 'any 35 mm still camera without crop' },
  { name: 'APS-C', sensorWidthMm: 23.5, note: 'Nikon, Sony, Fujifilm, Pentax without crop' },
  { name: 'APS-C Canon', sensorWidthMm: 22.3, note: 'Canon APS-C without crop' },
  { name: 'Micro Four Thirds', sensorWidthMm: 17.3, note: 'Panasonic, OM System' },
  { name: 'Super 35', sensorWidthMm: 24.89, note: 'film, 4-perforation camera aperture (SMPTE 59)' },
  { name: 'Super 16', sensorWidthMm: 12.52, note: 'film, camera aperture (SMPTE 201)' },
  { name: 'ARRI Alexa Mini', sensorWidthMm: 28.25, note: '3.4K open gate' },
  { name: 'ARRI Alexa Mini LF', sensorWidthMm: 36.7, note: '4.5K open gate' },
  { name: 'ARRI Alexa 35', sensorWidthMm: 27.99, note: '4.6K open gate' },
  { name: 'RED Komodo', sensorWidthMm: 27.03, note: '6K' },
  { name: 'RED V-Raptor', sensorWidthMm: 40.96, note: '8K VV' },
  { name: 'Blackmagic Pocket 4K', sensorWidthMm: 18.96, note: '4K DCI' },
  { name: 'Blackmagic Pocket 6K', sensorWidthMm: 23.1, note: '6K' },
  { name: 'Canon EOS R5', sensorWidthMm: 36, note: '8K and 4K without crop' },
  { name: 'Canon EOS C70', sensorWidthMm: 26.2, note: '4K DCI' },
  { name: 'Sony FX3', sensorWidthMm: 35.6, note: '4K' },
  { name: 'Sony A7S III', sensorWidthMm: 35.6, note: '4K' },
  { name: 'Sony FX6', sensorWidthMm: 35.6, note: '4K' },
  { name: 'Panasonic GH5', sensorWidthMm: 17.3, note: '4K UHD' },
  { name: 'Nikon Z6', sensorWidthMm: 35.9, note: 'full frame video' },
  { name: 'GoPro Hero 9', sensorWidthMm: 6.17, note: '1/2.3 inch, 5K wide; strong distortion' },
  { name: 'DJI Mavic 3', sensorWidthMm: 17.3, note: '4/3 inch main camera' },
  { name: 'DJI Mini 3 Pro', sensorWidthMm: 9.6, note: '1/1.3 inch' },
  { name: 'iPhone 12 main', sensorWidthMm: 5.6, note: 'from 4.2 mm = 26 mm equivalent; video crops a little more' },
  { name: 'iPhone 14 Pro main', sensorWidthMm: 9.8, note: '1/1.28 inch; video crops a little more' },
]

/**
 * @param name spelling and spaces aside
 * @throws track.camera
 */
export function cameraByName(name: string): CameraBody {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const found = cameraBodies.find((body) => plain(body.name) === plain(name))
  if (found !== undefined) return found
  const near = cameraBodies.filter((body) => plain(name) !== '' && plain(body.name).includes(plain(name)))
  const expected = (near.length > 0 ? near : cameraBodies).map((body) => body.name).join(', ')
  throw fault('track.camera', { expected, found: `"${name}"`, where: '--camera' })
}

import type { DomainName } from '../data/types.ts'

/** Drawn on a 16 by 16 grid, as one path each. */
const paths = {
  overview: 'M2.5 13.5v-5h3v5zM6.5 13.5v-11h3v11zM10.5 13.5v-8h3v8z',
  sessions: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  datasets: 'M8 2.5 14 5.5 8 8.5 2 5.5zM2 8.2 8 11.2 14 8.2M2 10.8 8 13.8 14 10.8',
  learning: 'M2.5 2.5v11h11M5 10.5c2.5 0 3-5.5 8-5.5M10.5 3.2 13 5l-2.3 2.2',
  transfer: 'M5 13.5v-10M2.5 6 5 3.5 7.5 6M11 2.5v10M8.5 10 11 12.5 13.5 10',
  jobs: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.3',
  camera: 'M2 4.5h8.5v7H2zM10.5 7.2 14 5v6l-3.5-2.2',
  images: 'M2.5 3h11v10h-11zM2.5 11l3.2-3.5 2.6 2.7 1.8-1.7 3.4 3.3M10.5 5.6v.8',
  gui: 'M2 3h12v8H2zM6 14h4M8 11v3M5 6l2.5 2',
  person: 'M8 2.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4M2.8 13.5c.4-2.9 2.4-4.2 5.2-4.2s4.8 1.3 5.2 4.2',
  people:
    'M6 3a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8M1.5 13c.4-2.6 2-3.8 4.5-3.8s4.1 1.2 4.5 3.8M10.6 3.2a2.3 2.3 0 0 1 0 4.4M12 9.5c1.5.4 2.3 1.6 2.5 3.5',
  care: 'M8 2.2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.6 8l1.8 1.8 3-3.4',
  consent: 'M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.5 9.2l1.5 1.5 3-3.2',
  fields: 'M3 2.5h4a1.5 1.5 0 0 1 1 .5 1.5 1.5 0 0 1 1-.5h4v10H9a1.5 1.5 0 0 0-1 .5 1.5 1.5 0 0 0-1-.5H3zM8 3v10',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3 13.5 13.5',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3.5 8.5l3 3 6-7',
  half: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  stop: 'M4.5 4.5h7v7h-7z',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12v.4',
  warn: 'M8 2.5 14 13H2zM8 6.5v3M8 11v.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  play: 'M5 3.5v9l7.5-4.5z',
  pause: 'M5 3.5v9M11 3.5v9',
  first: 'M4 3.5v9M12 3.5 7.5 8l4.5 4.5',
  last: 'M12 3.5v9M4 3.5 8.5 8 4 12.5',
  track: 'M2.5 12.5c3-6 5 1 7.5-5M12 3.5a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6',
  film: 'M2.5 3h11v10h-11zM5.5 3v10M10.5 3v10M2.5 6.3h3M2.5 9.7h3M10.5 6.3h3M10.5 9.7h3',
  folder: 'M2 12.5v-9h4l1.5 2h6.5v7z',
  pointer: 'M4 2.5v9.5l2.6-2.3 1.8 3.8 1.5-.7-1.8-3.7 3.4-.2z',
  move: 'M8 2.5v11M2.5 8h11M6.3 4.2 8 2.5l1.7 1.7M6.3 11.8 8 13.5l1.7-1.7M4.2 6.3 2.5 8l1.7 1.7M11.8 6.3 13.5 8l-1.7 1.7',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a3.5 3.5 0 0 1 0 7h-3',
  redo: 'M10.5 3l3 3-3 3M13.5 6h-7a3.5 3.5 0 0 0 0 7h3',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9',
  eye: 'M1.8 8c2.8-5 9.6-5 12.4 0-2.8 5-9.6 5-12.4 0M8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6',
  mask: 'M3 4.5 9 2.5l4.5 4-2 6.5-7.5-.5z',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M8 1.5v1.5M8 13v1.5M1.5 8h1.5M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  moon: 'M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  upload: 'M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v3h11v-3',
  download: 'M8 2.3v8M4.8 7.3 8 10.5l3.2-3.2M2.5 10.5v3h11v-3',
  plus: 'M8 3v10M3 8h10',
  star: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
  pencil: 'M3 13l.7-3 7-7 2.3 2.3-7 7z',
  save: 'M4 2.5h8v11l-4-3-4 3z',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16, filled = false }: { name: IconName; size?: number; filled?: boolean }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={paths[name]}
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

export const domainTitles: Readonly<Record<DomainName, string>> = { camera: 'Camera', images: 'Images', gui: 'GUI' }

import { Dialog } from '../parts/dialog.tsx'

const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Everywhere',
    [
      ['/', 'Search sessions'],
      ['g o', 'Overview'],
      ['g t', 'Track'],
      ['g s', 'Sessions'],
      ['g l', 'Learning'],
      ['g d', 'Datasets'],
      ['g i', 'Import and export'],
      ['g j', 'Jobs'],
      ['g f', 'Fields'],
      ['g c', 'Care of the data'],
      ['g p', 'People'],
      ['?', 'This list'],
    ],
  ],
  [
    'In the session list',
    [
      ['j  k', 'Next, previous session'],
      ['Enter', 'Open it'],
      ['Esc', 'Back to the top of the list'],
    ],
  ],
  [
    'On a session',
    [
      ['j  k', 'Next, previous session of the list'],
      ['←  →', 'Step or frame back, forward'],
      ['Space', 'Play or pause (camera)'],
      ['Esc', 'Back to the list'],
    ],
  ],
  [
    'On a clip',
    [
      ['Space', 'Play, pause'],
      ['←  →', 'One frame; with Shift ten'],
      ['Home  End', 'First, last frame'],
      ['j  k  l', 'Play backwards, stop, play; again: faster'],
      ['F', 'Fit the picture; the wheel zooms, the middle button moves it'],
      ['T  R  C', 'Tracks, reprojected points, colours'],
      ['V  M  A', 'Choose, move a marker, add a point'],
      ['Del  D', 'Delete, disable what is chosen'],
      ['Ctrl+Z', 'Undo; with Shift redo'],
      ['I  O', 'First, last frame to be tracked'],
      ['Enter', 'Track & solve'],
    ],
  ],
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className="stack">
        {groups.map(([title, keys]) => (
          <section key={title} className="stack tight">
            <h3>{title}</h3>
            <dl className="facts">
              {keys.map(([key, about]) => (
                <div key={key} style={{ display: 'contents' }}>
                  <dt>
                    {key.split(/ +/).map((part) => (
                      <span key={part}>
                        <kbd>{part}</kbd>{' '}
                      </span>
                    ))}
                  </dt>
                  <dd>{about}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

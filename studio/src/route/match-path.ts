/** The variable parts of a path, or null when it does not fit: `matchPath('/sessions/{id}', '/sessions/1')` is `{id: '1'}`. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/')
  const found = path.replace(/(?<=.)\/$/, '').split('/')
  if (wanted.length !== found.length) return null
  const parts: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const value = found[i] ?? ''
    if (part.startsWith('{')) {
      const decoded = decode(value)
      if (decoded === null || decoded === '') return null
      parts[part.slice(1, -1)] = decoded
    } else if (part !== value) return null
  }
  return parts
}

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value)
  } catch {
    return null // a lone percent sign, typed by hand
  }
}

import { useSyncExternalStore } from 'react'

/** Changes whenever the colours do, so that what is drawn on a canvas is drawn again. */
export function useTheme(): string {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('themechange', listener)
      return () => window.removeEventListener('themechange', listener)
    },
    () => document.documentElement.dataset['theme'] ?? 'light',
  )
}

/** The present value of a colour of base.css. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

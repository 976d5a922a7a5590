import { hrefTo, navigate } from '../route/location.ts'

export const searchFieldId = 'search'

/** Puts the cursor into the search field; from other pages by way of the session list. */
export function focusSearch(): void {
  const field = () => document.getElementById(searchFieldId)
  if (field() === null) navigate(hrefTo('/sessions'))
  requestAnimationFrame(() => {
    const found = field()
    found?.focus()
    if (found instanceof HTMLInputElement) found.select()
  })
}

import { hrefTo, navigate } from '../route/location.ts'

export const searchFieldId = 'search'

/** The list's page may still have to be fetched. */
const patienceMs = 5000

/** Puts the cursor into the search field; from other pages by way of the session list. */
export function focusSearch(): void {
  if (document.getElementById(searchFieldId) === null) navigate(hrefTo('/sessions'))
  const { href } = location
  const until = performance.now() + patienceMs
  const look = () => {
    const field = document.getElementById(searchFieldId)
    if (field instanceof HTMLInputElement) {
      field.focus()
      field.select()
      return
    }
    if (location.href === href && performance.now() < until) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

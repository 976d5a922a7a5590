import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { hrefTo, navigate, usePlace, type Params } from './location.ts'

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string
  readonly params?: Params
}

/** A real link (it can be copied and opened in a new tab) that does not load the page anew. */
export function Link({ to, params, onClick, ...rest }: LinkProps) {
  usePlace() // the project in the address is part of where the link leads
  const href = hrefTo(to, params)
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || hasModifier(event)) return
    event.preventDefault()
    navigate(href)
  }
  return <a {...rest} href={href} onClick={follow} />
}

function hasModifier(event: MouseEvent): boolean {
  return event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
}

import { useEffect, useRef, type ReactNode } from 'react'

interface PageProps {
  readonly title: string
  /** Beside the title, small. */
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly before?: ReactNode
  readonly children: ReactNode
}

/** One page: head and body. On arrival the heading takes the focus, so that keyboard and screen reader start there. */
export function Page({ title, note, actions, before, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Hindsight`
  }, [title])
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <main className="page" id="content">
      <header className="page-head">
        {before}
        <h1 ref={heading} tabIndex={-1} className="cut">
          {title}
        </h1>
        {note}
        <div className="row push">{actions}</div>
      </header>
      {children}
    </main>
  )
}

import { useId, type ReactNode } from 'react'

interface CardProps {
  readonly title: string
  readonly head?: ReactNode
  readonly children: ReactNode
  /** Without padding, for tables and stages. */
  readonly flush?: boolean
}

export function Card({ title, head, children, flush = false }: CardProps) {
  const heading = useId()
  return (
    <section className="card" aria-labelledby={heading}>
      <div className="card-head">
        <h2 id={heading}>{title}</h2>
        {head && <div className="row push">{head}</div>}
      </div>
      {flush ? children : <div className="card-body">{children}</div>}
    </section>
  )
}

import { Component, type ReactNode } from 'react'
import { ProblemBox } from '../parts/problem-box.tsx'

interface State {
  readonly error: unknown
}

/** Keeps a fault in one page from taking the whole studio with it. React offers this to classes only. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render() {
    if (this.state.error === null) return this.props.children
    return (
      <main className="page" id="content">
        <div className="page-body">
          <ProblemBox error={this.state.error} />
        </div>
      </main>
    )
  }
}

/** Stands in for what is loading, at the size it will have, so that nothing jumps when it comes. */
export function Skeleton({ height, width = '100%' }: { height: number; width?: number | string }) {
  return <div className="skeleton" style={{ height, width }} aria-hidden="true" />
}

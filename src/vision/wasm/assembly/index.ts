// What the TypeScript side calls. All memory is its: a module holds no data, so that threads can share one memory.
export { corners, cornersScratch } from './corners'
export { flow, flowScratch } from './flow'
export { patternSize } from './layout'
export { cut, cutScratch } from './patterns'
export { fillFromBytes, fillFromWords, halve } from './pyramid'
export { refine, refineScratch } from './refine'
export { search, searchScratch } from './search'
export { maskedScores, scores, scoresScratch } from './scores'

/**
 * A session query as text: the parameters of a URL, which can be shared, bookmarked and typed, and words for people.
 *
 * `domain=camera&status=succeeded&facet=region:center&facet=errorPx:..0.5`. A facet is `key:text`, or `key:min..max` with
 * either end open. Text that holds `..` or begins with a quote stands in double quotes; an exact number is `key:5..5`.
 */
import { brief, fault } from './faults.ts'
import { isUuid } from './ids.ts'
import type { FacetFilter, SessionQuery } from './query.ts'
import { domainNames, runStatuses } from './session.ts'

const maxNameChars = 200
const maxTextChars = 300
const maxFacets = 20

type Parameter = Exclude<keyof SessionQuery, 'facets'>

/** How the text of each parameter is checked; the order is that of the parameters in a URL. */
const parameters: Readonly<Record<Parameter, (text: string, name: string) => string>> = {
  project: readName,
  domain: oneOf(domainNames),
  status: oneOf(runStatuses),
  contributor: readName,
  host: readName,
  from: readTime,
  to: readTime,
  text: readText,
  import: readUuid,
}

const names = Object.keys(parameters) as readonly Parameter[]

/**
 * Reads the parameters of a URL as a query.
 *
 * @param params "domain=gui&facet=app:mail", with or without a leading "?"
 * @param others parameters that stand in the same URL and mean something else ("cursor", "sort")
 * @throws query.invalid naming the parameter; an unknown one is refused, since a typing error would widen the query
 */
export function parseQuery(params: string | URLSearchParams, others: readonly string[] = []): SessionQuery {
  const given = new URLSearchParams(params)
  const query: Partial<Record<Parameter, string>> = {}
  for (const name of new Set(given.keys())) {
    if (name === 'facet' || others.includes(name)) continue
    if (!isParameter(name)) throw invalid(`one of ${[...names, 'facet'].join(', ')}`, `the parameter "${brief(name)}"`)
    const [value = '', ...more] = given.getAll(name)
    if (more.length > 0) throw invalid('one value', `${more.length + 1} values`, name)
    query[name] = parameters[name](value, name)
  }
  if (query.from !== undefined && query.to !== undefined && Date.parse(query.from) >= Date.parse(query.to)) {
    throw invalid(`a time after ${query.from}`, query.to, 'to')
  }
  const facets = given.getAll('facet').map(parseFacet)
  if (facets.length > maxFacets) throw invalid(`at most ${maxFacets} facets`, String(facets.length), 'facet')
  const ordered = names.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]))
  // Every value was checked by the reader of its parameter.
  const checked = Object.fromEntries(ordered) as SessionQuery
  return facets.length === 0 ? checked : { ...checked, facets: sortFacets(facets) }
}

/** The parameters of a URL for a query, always in the same order: equal queries have one address. */
export function formatQuery(query: SessionQuery): string {
  const params = new URLSearchParams()
  for (const name of names) {
    const value = query[name]
    if (value !== undefined) params.append(name, value)
  }
  for (const facet of sortFacets(query.facets ?? [])) params.append('facet', formatFacet(facet))
  // A colon and a comma need no escape in a query (RFC 3986), and addresses are read by people.
  return params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')
}

/**
 * Reads one condition on a facet: `key:text`, `key:"text"`, or `key:min..max` with either end open.
 *
 * @throws query.invalid
 */
export function parseFacet(condition: string): FacetFilter {
  const colon = condition.indexOf(':')
  if (colon <= 0) throw invalid('key:text or key:min..max', brief(condition), 'facet')
  const key = condition.slice(0, colon).replaceAll('%3A', ':').replaceAll('%25', '%')
  const value = condition.slice(colon + 1)
  if (key.length > maxNameChars) throw invalid(`a key of at most ${maxNameChars} characters`, brief(key), 'facet')
  if (value.length > maxTextChars + 2) throw invalid(`at most ${maxTextChars} characters`, brief(value), 'facet')
  if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) return { key, text: value.slice(1, -1) }
  if (value === '') throw invalid(`a value after "${key}:"`, 'nothing', 'facet')
  if (!value.includes('..')) return { key, text: value }
  const range = rangePattern.exec(value)
  if (!range) {
    const fix = 'write a range as min..max, or put text that holds ".." in double quotes'
    throw fault('query.invalid', { expected: 'two numbers around ".."', found: brief(value), where: 'facet', fix })
  }
  const [min, max] = [range[1] ?? '', range[2] ?? ''].map((end) => (end === '' ? null : Number(end)))
  if (min != null && max != null && min > max) throw invalid('the smaller number first', brief(value), 'facet')
  return { key, min: min ?? null, max: max ?? null }
}

export function formatFacet(facet: FacetFilter): string {
  const key = facet.key.replaceAll('%', '%25').replaceAll(':', '%3A')
  if (!('text' in facet)) return `${key}:${facet.min ?? ''}..${facet.max ?? ''}`
  const { text } = facet
  return text === '' || text.includes('..') || text.startsWith('"') ? `${key}:"${text}"` : `${key}:${text}`
}

/** The query in one line of words: "camera sessions, succeeded, errorPx up to 0.5". */
export function queryWords(query: SessionQuery): string {
  const words = [
    query.domain === undefined ? 'sessions' : `${query.domain} sessions`,
    ...(query.project === undefined ? [] : [`project ${query.project}`]),
    ...(query.status === undefined ? [] : [query.status]),
    ...(query.contributor === undefined ? [] : [`by ${query.contributor}`]),
    ...(query.host === undefined ? [] : [`recorded in ${query.host}`]),
    ...(query.from === undefined ? [] : [`from ${query.from}`]),
    ...(query.to === undefined ? [] : [`before ${query.to}`]),
    ...(query.text === undefined ? [] : [`with the words "${query.text}"`]),
    ...sortFacets(query.facets ?? []).map(facetWords),
    ...(query.import === undefined ? [] : [`of import ${query.import}`]),
  ]
  return words.join(', ')
}

function facetWords(facet: FacetFilter): string {
  if ('text' in facet) return `${facet.key} ${facet.text === '' ? '""' : facet.text}`
  const { key, min, max } = facet
  if (min !== null && max !== null) return min === max ? `${key} ${min}` : `${key} ${min} to ${max}`
  if (min !== null) return `${key} at least ${min}`
  return max === null ? `any ${key}` : `${key} up to ${max}`
}

function sortFacets(facets: readonly FacetFilter[]): readonly FacetFilter[] {
  const byText = new Map(facets.map((facet) => [formatFacet(facet), facet]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, facet]) => facet)
}

const number = '-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?'
const rangePattern = new RegExp(`^(${number})?\\.\\.(${number})?$`)

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
const controlCharacters = /[\u0000-\u001f\u007f]/

function readName(text: string, name: string): string {
  if (text === '' || text.length > maxNameChars || controlCharacters.test(text)) {
    throw invalid(`1 to ${maxNameChars} characters, no control characters`, brief(text), name)
  }
  return text
}

function readText(text: string, name: string): string {
  if (text.length <= maxTextChars && text.trim() !== '') return text
  throw invalid(`1 to ${maxTextChars} characters`, brief(text), name)
}

function readUuid(text: string, name: string): string {
  if (isUuid(text)) return text
  throw invalid('a lower-case UUID', brief(text), name)
}

function oneOf(choices: readonly string[]) {
  return (text: string, name: string): string => {
    if (choices.includes(text)) return text
    throw invalid(`one of ${choices.join(', ')}`, brief(text), name)
  }
}

/** A UTC time, or a day, which is its first moment. */
function readTime(text: string, name: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text
  const day = time.slice(0, 10)
  const wellFormed =
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?Z$/.test(time) && !Number.isNaN(Date.parse(time))
  // Date takes February 30 for March 2.
  if (wellFormed && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)) return time
  throw invalid('a UTC time such as 2026-03-31T12:00:00Z, or a day', brief(text), name)
}

const isParameter = (name: string): name is Parameter => Object.hasOwn(parameters, name)

const invalid = (expected: string, found: string, where?: string) =>
  fault('query.invalid', { expected, found, ...(where === undefined ? {} : { where }) })

/** What emitted files import: rewritten to plain relative paths, and followed. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** The specifier of an import or export: static, dynamic, or of a type. Group 1 is what stands before it, 2 the quote. */
const specifier = /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\n]+)\2/g
/** A file beside a module that it starts or reads: `new URL('worker.ts', import.meta.url)`. */
const beside = /(new URL\()(['"])([^'"\n]+)\2(?=,\s*import\.meta\.url\))/g

/**
 * `#folder/file.ts` becomes `../folder/file.js`, and so does every relative name of a TypeScript file: the package then
 * needs no map of imports, which not all bundlers read.
 *
 * @param up the way from the file's folder to the root of what was emitted
 */
export function rewriteSpecifiers(text: string, up: string): string {
  const plain = (name: string) =>
    posix.normalize(name.startsWith('#') ? `${up}/${name.slice(1)}` : name).replace(/(?<!\.d)\.ts$/, '.js')
  const rewritten = (_: string, before: string, quote: string, name: string) =>
    before + quote + (/^(?:#|\.\.?\/)/.test(name) ? relativeTo(plain(name)) : name) + quote
  return text
    .replace(specifier, rewritten)
    .replace(beside, (all, before: string, quote: string, name: string) =>
      name.endsWith('.ts') ? before + quote + name.replace(/\.ts$/, '.js') + quote : all,
    )
}

const relativeTo = (path: string) => (path.startsWith('.') ? path : `./${path}`)

/** What a file names, as it names it. */
export function importsOf(text: string): { readonly modules: readonly string[]; readonly files: readonly string[] } {
  const named = (pattern: RegExp) => Array.from(text.matchAll(pattern), (found) => found[3] ?? '')
  return { modules: named(specifier), files: named(beside) }
}

/**
 * The files of a folder that its entries reach, themselves among them.
 *
 * @param entries paths in the folder; where they end in `.d.ts`, types are followed
 * @throws when a file imports one that is not there
 */
export function reachedFrom(folder: string, entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const left = [...entries]
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    if (!/\.(?:js|d\.ts)$/.test(name)) continue
    const { modules, files } = importsOf(codeOf(readFileSync(join(folder, name), 'utf8')))
    const types = name.endsWith('.d.ts')
    for (const module of modules.filter((path) => path.startsWith('.'))) {
      const path = posix.join(posix.dirname(name), types ? module.replace(/\.js$/, '.d.ts') : module)
      if (!existsSync(join(folder, path)))
        throw new Error(`package.import: ${name} imports ${module}, which is not there.`)
      left.push(path)
    }
    for (const file of types ? [] : files) {
      const path = posix.join(posix.dirname(name), file)
      if (existsSync(join(folder, path))) left.push(path)
    }
  }
  return reached
}

/** What is no code and lies beside the modules of a folder: read by them, and not emitted. Named as in `src`. */
export function* filesBeside(folder: string): Generator<string> {
  for (const name of globSync('**/*.js', { cwd: folder })) {
    const module = name.replaceAll('\\', '/')
    for (const file of importsOf(codeOf(readFileSync(join(folder, name), 'utf8'))).files) {
      const path = posix.join(posix.dirname(module), file)
      if (!path.startsWith('..') && !path.endsWith('.js') && !existsSync(join(folder, path))) yield path
    }
  }
}

/** Without comments, which may show an import. */
const codeOf = (text: string) => text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*)/gm, '')

/** A small network over rows of features: plain layers with their weights, and what it says of rows. The meaning of each
 * operation is ONNX's (github.com/onnx/onnx, docs/Operators.md); everything has rows and columns. */

export const operations = [
  'Gemm',
  'MatMul',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Relu',
  'LeakyRelu',
  'Elu',
  'Sigmoid',
  'Tanh',
  'Softplus',
  'Softmax',
  'Clip',
  'BatchNormalization',
  'Identity',
  'Dropout',
  'Flatten',
  'Squeeze',
  'Cast',
] as const
export type Operation = (typeof operations)[number]

export interface NetworkTensor {
  readonly rows: number
  readonly columns: number
  /** Row after row. */
  readonly values: readonly number[]
}

export interface NetworkNode {
  readonly op: Operation
  /** Names; an empty one is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, number>>
}

export interface Network {
  readonly input: string
  readonly output: string
  /** In the order in which they are worked out. */
  readonly nodes: readonly NetworkNode[]
  readonly tensors: Readonly<Record<string, NetworkTensor>>
}

interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: ArrayLike<number>
}

/**
 * @param rows of the input's features
 * @returns the last column of the output, one for each row; null where the layers do not fit together
 */
export function runNetwork(network: Network, rows: Matrix): Float64Array | null {
  const known = new Map<string, Matrix>([...Object.entries(network.tensors), [network.input, rows]])
  for (const { op, inputs, outputs, attributes } of network.nodes) {
    const given = inputs.map((name) => known.get(name) ?? null)
    const result = given[0] ? applied(op, given[0], given.slice(1), attributes) : null
    if (result === null || outputs[0] === undefined) return null
    known.set(outputs[0], result)
  }
  const told = known.get(network.output)
  if (told === undefined) return null
  const column = told.columns - 1
  // A network for one row at a time may have dropped its only column.
  const isLying = told.rows === 1 && told.columns === rows.rows && rows.rows > 1
  if (isLying) return Float64Array.from({ length: rows.rows }, (_, i) => told.values[i]!)
  if (told.rows !== rows.rows || column < 0) return null
  return Float64Array.from({ length: told.rows }, (_, i) => told.values[i * told.columns + column]!)
}

function applied(
  op: Operation,
  x: Matrix,
  others: readonly (Matrix | null)[],
  attributes: Readonly<Record<string, number>>,
): Matrix | null {
  const [second = null, third = null] = others
  switch (op) {
    case 'Gemm':
      return second && gemm(x, second, third, attributes)
    case 'MatMul':
      return second && product(x, second, false)
    case 'Add':
      return second && spread(x, second, (a, b) => a + b)
    case 'Sub':
      return second && spread(x, second, (a, b) => a - b)
    case 'Mul':
      return second && spread(x, second, (a, b) => a * b)
    case 'Div':
      return second && spread(x, second, (a, b) => a / b)
    case 'Relu':
      return each(x, (a) => Math.max(0, a))
    case 'LeakyRelu':
      return each(x, (a) => (a < 0 ? (attributes['alpha'] ?? 0.01) * a : a))
    case 'Elu':
      return each(x, (a) => (a < 0 ? (attributes['alpha'] ?? 1) * Math.expm1(a) : a))
    case 'Sigmoid':
      return each(x, (a) => 1 / (1 + Math.exp(-a)))
    case 'Tanh':
      return each(x, Math.tanh)
    case 'Softplus':
      return each(x, (a) => Math.max(0, a) + Math.log1p(Math.exp(-Math.abs(a))))
    case 'Softmax':
      return softmax(x)
    case 'Clip': {
      const least = second?.values[0] ?? attributes['min'] ?? -Infinity
      const most = third?.values[0] ?? attributes['max'] ?? Infinity
      return each(x, (a) => Math.min(most, Math.max(least, a)))
    }
    case 'BatchNormalization':
      return normalised(x, others, attributes['epsilon'] ?? 1e-5)
    default:
      return x
  }
}

const each = ({ rows, columns, values }: Matrix, of: (a: number) => number): Matrix => ({
  rows,
  columns,
  values: Float64Array.from(values, of),
})

/** One row, one column or one number is spread over all. */
function spread(one: Matrix, other: Matrix, of: (a: number, b: number) => number): Matrix | null {
  const [rows, columns] = [Math.max(one.rows, other.rows), Math.max(one.columns, other.columns)]
  const fits = (m: Matrix) => (m.rows === rows || m.rows === 1) && (m.columns === columns || m.columns === 1)
  if (!fits(one) || !fits(other)) return null
  const at = (m: Matrix, r: number, c: number) =>
    m.values[(m.rows === 1 ? 0 : r) * m.columns + (m.columns === 1 ? 0 : c)]!
  const values = Float64Array.from({ length: rows * columns }, (_, i) => {
    const [r, c] = [Math.floor(i / columns), i % columns]
    return of(at(one, r, c), at(other, r, c))
  })
  return { rows, columns, values }
}

function product(a: Matrix, b: Matrix, transposed: boolean): Matrix | null {
  const [inner, columns] = transposed ? [b.columns, b.rows] : [b.rows, b.columns]
  if (a.columns !== inner) return null
  const values = new Float64Array(a.rows * columns)
  for (let r = 0; r < a.rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0
      for (let k = 0; k < inner; k++) {
        sum += a.values[r * inner + k]! * b.values[transposed ? c * inner + k : k * columns + c]!
      }
      values[r * columns + c] = sum
    }
  }
  return { rows: a.rows, columns, values }
}

function gemm(a: Matrix, b: Matrix, c: Matrix | null, attributes: Readonly<Record<string, number>>): Matrix | null {
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes
  const multiplied = transA === 0 ? product(a, b, transB === 1) : null
  const scaled = multiplied && each(multiplied, (value) => alpha * value)
  return scaled === null || c === null ? scaled : spread(scaled, c, (value, bias) => value + beta * bias)
}

function softmax({ rows, columns, values }: Matrix): Matrix {
  const told = new Float64Array(rows * columns)
  for (let r = 0; r < rows; r++) {
    let [most, sum] = [-Infinity, 0]
    for (let c = 0; c < columns; c++) most = Math.max(most, values[r * columns + c]!)
    for (let c = 0; c < columns; c++) sum += Math.exp(values[r * columns + c]! - most)
    for (let c = 0; c < columns; c++) told[r * columns + c] = Math.exp(values[r * columns + c]! - most) / sum
  }
  return { rows, columns, values: told }
}

/** As it is after training: with the means that were kept. */
function normalised(
  x: Matrix,
  [scale, bias, mean, variance]: readonly (Matrix | null)[],
  epsilon: number,
): Matrix | null {
  if (!scale || !bias || !mean || !variance) return null
  const centred = spread(x, mean, (a, b) => a - b)
  const even = centred && spread(centred, variance, (a, b) => a / Math.sqrt(b + epsilon))
  const scaled = even && spread(even, scale, (a, b) => a * b)
  return scaled && spread(scaled, bias, (a, b) => a + b)
}

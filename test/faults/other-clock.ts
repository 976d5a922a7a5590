/** Loaded before a program (`--import`): its clock runs HINDSIGHT_TEST_CLOCK milliseconds beside the real one. */
const besideMs = Number(process.env['HINDSIGHT_TEST_CLOCK'] ?? 0)
const RealDate = Date
const realNow = Date.now

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], as) =>
    Reflect.construct(target, args.length === 0 ? [realNow() + besideMs] : args, as) as Date,
  apply: () => new RealDate(realNow() + besideMs).toString(),
  get: (target, key, receiver) =>
    key === 'now' ? () => realNow() + besideMs : (Reflect.get(target, key, receiver) as unknown),
})

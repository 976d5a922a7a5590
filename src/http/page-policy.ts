/** What a browser may do with an answer (Content Security Policy, Level 3): nothing, unless the answer is one of our own pages. */

/**
 * Of everything that is not a page: data, media, files. Whatever the bytes are, and however somebody got a browser to open them,
 * they load nothing, run nothing, and belong to an origin of their own, where nothing of ours can be reached.
 */
export const inertPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

/** What every answer carries that is not a page of our own. */
export const inertHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': inertPolicy,
}

/**
 * Of the studio and the small pages beside it. Scripts and styles come from our own files and from nowhere else, text that becomes
 * markup is refused wherever the browser knows Trusted Types, and there is no policy by which it could be made trusted.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

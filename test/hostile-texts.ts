/**
 * Names and words as somebody would choose them who wants to run a script in the page, break out of where text stands, or make the
 * page unreadable. All are text that may be recorded; the page has to show them as what they are.
 */

/** What a text that became markup would carry; nothing of ours has it. */
export const plantedMark = 'data-planted'
/** Where a text that became markup would reach; nothing answers there. */
export const plantedHost = 'planted.invalid'

/** Without control characters, so that names can be such too. */
export const hostileTexts: readonly string[] = [
  `<img src=x ${plantedMark} onerror="alert('img')">`,
  `"><svg ${plantedMark} onload=alert('svg')>`,
  `'><script ${plantedMark}>alert('script')</script>`,
  `javascript:alert('address')`,
  `</title></style></textarea></option></select><iframe ${plantedMark} srcdoc="<script>parent.alert('frame')</script>">`,
  `" ${plantedMark} onmouseover="alert('attribute')" x="`,
  `{{constructor.constructor("alert('template')")()}}\${alert('literal')}`,
  `red; background: url(//${plantedHost}/style.png)`,
  `</style><link ${plantedMark} rel=stylesheet href=//${plantedHost}/sheet.css>`,
  `data:text/html,<script>alert('data')</script>`,
  `&lt;img src=x onerror=alert(1)&gt; &#60;b&#62; %3Cscript%3E \\u003cscript\\u003e`,
  '../../../../etc/passwd',
  '\u202egnp.erutcip\u2066 from right to left \u202e',
  'W'.repeat(180),
  'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034da\u036b\u0357\u0334\u0362\u0335\u031c\u0330\u0354lgo',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}\u{1f3fd} \ufeff\u200b\u2028\u2029\u00ad',
  `${'very-long-'.repeat(17)}word`,
  '__proto__',
  'constructor',
  'undefined',
  '%00%0a%0d%2f',
  '; rm -rf / #',
  "' or 1=1 --",
]

/** For places that take any text: control characters too, and as long as texts may be. */
export const hostileProse: readonly string[] = [
  ...hostileTexts,
  `before\u0000after\u0008\u001b[31mred\u0007 <b ${plantedMark}>`,
  `line\r\nbreak\ttab ${'\n'.repeat(40)} end`,
  `<img src=x ${plantedMark} onerror=alert('long')>`.repeat(30),
  'X'.repeat(1900),
]

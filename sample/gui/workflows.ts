/** The two workflows of the sample: what a person would have configured in an automation tool. */

export type Step =
  /** Finds the template and clicks its middle. */
  | { readonly id: string; readonly type: 'CLICK'; readonly template: string }
  /** Types into what has the focus; `class` is all that is recorded of the text, with its length. */
  | { readonly id: string; readonly type: 'TYPE'; readonly text: string; readonly class: string }
  /** Looks for the template and clicks nothing. */
  | { readonly id: string; readonly type: 'FIND'; readonly template: string }

export interface Workflow {
  readonly id: string
  readonly name: string
  /** Who signs in; the application shows a viewer less than a clerk. */
  readonly role: 'clerk' | 'viewer'
  readonly retries: number
  readonly steps: readonly Step[]
}

const signIn = (email: string, password: string): readonly Step[] => [
  { id: 'click-email', type: 'CLICK', template: 'email_field' },
  { id: 'type-email', type: 'TYPE', text: email, class: 'email' },
  { id: 'click-password', type: 'CLICK', template: 'password_field' },
  { id: 'type-password', type: 'TYPE', text: password, class: 'secret' },
  { id: 'click-keep', type: 'CLICK', template: 'keep_signed_in' },
  { id: 'click-sign-in', type: 'CLICK', template: 'sign_in_button' },
]

export const workflows: readonly Workflow[] = [
  {
    id: 'approve-invoice',
    name: 'Approve an invoice',
    role: 'clerk',
    retries: 2,
    steps: [
      ...signIn('mk@harbour.example', 'low-water-4'),
      { id: 'find-list', type: 'FIND', template: 'new_invoice_button' },
      { id: 'click-open-only', type: 'CLICK', template: 'open_only' },
      { id: 'click-invoice', type: 'CLICK', template: 'row_INV-2042' },
      { id: 'click-approve', type: 'CLICK', template: 'approve_button' },
      { id: 'find-approved', type: 'FIND', template: 'badge_approved' },
      { id: 'click-account', type: 'CLICK', template: 'account_menu' },
      { id: 'click-settings', type: 'CLICK', template: 'menu_settings' },
      { id: 'click-compact', type: 'CLICK', template: 'compact_list' },
      { id: 'click-save', type: 'CLICK', template: 'save_button' },
    ],
  },
  {
    id: 'export-open-invoices',
    name: 'Export the open invoices',
    role: 'viewer',
    retries: 2,
    steps: [
      ...signIn('jo@harbour.example', 'ebb-tide-77'),
      { id: 'click-open-only', type: 'CLICK', template: 'open_only' },
      // A viewer has no such button: this step fails, and the run stops.
      { id: 'click-export', type: 'CLICK', template: 'export_button' },
      { id: 'find-toast', type: 'FIND', template: 'saved_toast' },
    ],
  },
]

// Runs before the first paint, and is a file of its own because the page allows no inline script.
// The choice is "light", "dark" or absent: as the system has it.
;(() => {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    let chosen = null
    try {
      chosen = localStorage.getItem('hindsight.theme')
    } catch {
      // storage is off: the system decides
    }
    document.documentElement.dataset.theme = chosen ?? (system.matches ? 'dark' : 'light')
    dispatchEvent(new Event('themechange'))
  }
  system.addEventListener('change', apply)
  addEventListener('storage', apply)
  addEventListener('themechosen', apply)
  apply()
})()
